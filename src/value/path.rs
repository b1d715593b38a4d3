//! Where something sits inside a value: `containerDefinitions[0].image`.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    Member(String),
    Item(usize),
    /// An item of a list that is known by its `name`, as containers are.
    Named(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    pub fn member(&self, name: &str) -> Path {
        self.join(Segment::Member(name.to_owned()))
    }

    pub fn item(&self, index: usize) -> Path {
        self.join(Segment::Item(index))
    }

    pub fn join(&self, segment: Segment) -> Path {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if place == 0 => f.write_str(name)?,
                Segment::Member(name) => write!(f, ".{name}")?,
                Segment::Item(index) => write!(f, "[{index}]")?,
                Segment::Named(name) => write!(f, "[{name}]")?,
            }
        }
        Ok(())
    }
}

/// A path that grows with a descent and costs nothing until somebody needs it
/// for a message.
#[derive(Clone, Copy)]
pub enum Trail<'a> {
    Root,
    Member(&'a Trail<'a>, &'a str),
    Item(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    pub fn path(&self) -> Path {
        match self {
            Trail::Root => Path::default(),
            Trail::Member(above, name) => above.path().member(name),
            Trail::Item(above, index) => above.path().item(*index),
        }
    }
}
