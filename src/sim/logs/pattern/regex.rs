//! Regular expressions, as far as log searches use them: letters, classes,
//! repetition, alternatives, groups, anchors and `(?i)`. No captures.

/// What is tried for one line at most: a pattern may be bad, the sandbox goes on.
const STEPS_MOST: usize = 100_000;
/// A group that comes more often than this is not followed further.
const DEPTH_MOST: usize = 200;
const GROUPS_MOST: usize = 50;

pub(in super::super) struct Regex {
    node: Node,
    any_case: bool,
}

enum Node {
    Any(Vec<Node>),
    Row(Vec<Node>),
    Repeat(Box<Node>, usize, usize),
    One(Class),
    Start,
    End,
    Edge,
}

enum Class {
    Letter(char),
    Dot,
    Set(Vec<(char, char)>, bool),
}

impl Class {
    fn has(&self, letter: char, any_case: bool) -> bool {
        let forms = [letter, letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        let forms = if any_case { &forms[..] } else { &forms[..1] };
        match self {
            Class::Letter(wanted) => forms.contains(wanted),
            Class::Dot => letter != '\n',
            Class::Set(ranges, meant) => {
                let within = |form: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&form));
                forms.iter().any(within) == *meant
            }
        }
    }
}

impl Regex {
    /// Nothing when it is no regular expression that is known here.
    pub fn read(text: &str) -> Option<Regex> {
        if text.matches('(').count() > GROUPS_MOST {
            return None;
        }
        let (text, any_case) = match text.strip_prefix("(?i)") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut reader = Reader { letters: text.chars().peekable() };
        let node = reader.any()?;
        reader.letters.next().is_none().then_some(Regex { node, any_case })
    }

    /// Whether it stands anywhere in the text.
    pub fn finds(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        let mut search = Search { letters: &letters, any_case: self.any_case, steps: 0, depth: 0 };
        (0..=letters.len()).any(|at| search.fits(&[&self.node], at))
    }
}

struct Search<'a> {
    letters: &'a [char],
    any_case: bool,
    steps: usize,
    depth: usize,
}

impl Search<'_> {
    /// Whether all of `nodes` fit, one after the other, from `at` on.
    fn fits(&mut self, nodes: &[&Node], at: usize) -> bool {
        let (mut nodes, mut at) = (nodes, at);
        while let Some((first, rest)) = nodes.split_first() {
            self.steps += 1;
            if self.steps > STEPS_MOST {
                return false;
            }
            let (fits, width) = match first {
                Node::One(class) => (self.letters.get(at).is_some_and(|letter| class.has(*letter, self.any_case)), 1),
                Node::Start => (at == 0, 0),
                Node::End => (at == self.letters.len(), 0),
                Node::Edge => (self.is_edge(at), 0),
                inner => return self.fits_within(inner, rest, at),
            };
            if !fits {
                return false;
            }
            (nodes, at) = (rest, at + width);
        }
        true
    }

    fn fits_within(&mut self, inner: &Node, rest: &[&Node], at: usize) -> bool {
        if self.depth >= DEPTH_MOST {
            return false;
        }
        self.depth += 1;
        let fits = match inner {
            Node::Row(row) => self.fits(&row.iter().chain(rest.iter().copied()).collect::<Vec<_>>(), at),
            Node::Any(any) => any.iter().any(|one| self.fits(&[&[one], rest].concat(), at)),
            Node::Repeat(inner, least, most) => self.repeat((inner, *least, *most), rest, at),
            _ => false,
        };
        self.depth -= 1;
        fits
    }

    /// As often as possible first.
    fn repeat(&mut self, (inner, least, most): (&Node, usize, usize), rest: &[&Node], at: usize) -> bool {
        if let Node::One(class) = inner {
            let fitting = self.letters[at.min(self.letters.len())..].iter().take(most);
            let count = fitting.take_while(|letter| class.has(**letter, self.any_case)).count();
            return count >= least && (least..=count).rev().any(|count| self.fits(rest, at + count));
        }
        if most > 0 {
            let left = Left { inner, least: least.saturating_sub(1), most: most - 1 };
            if self.repeat_after(&left, rest, at) {
                return true;
            }
        }
        least == 0 && self.fits(rest, at)
    }

    fn repeat_after(&mut self, left: &Left, rest: &[&Node], at: usize) -> bool {
        // A group is tried at every end that it can have.
        for end in at + 1..=self.letters.len() {
            let letters = self.letters;
            let mut within = Search { letters: &letters[..end], any_case: self.any_case, steps: self.steps, depth: self.depth };
            let whole = within.fits(&[left.inner, &Node::End], at);
            self.steps = within.steps;
            if whole && self.repeat_again(left, rest, end) {
                return true;
            }
        }
        false
    }

    fn repeat_again(&mut self, left: &Left, rest: &[&Node], at: usize) -> bool {
        if self.depth >= DEPTH_MOST || self.steps > STEPS_MOST {
            return false;
        }
        self.depth += 1;
        let fits = self.repeat((left.inner, left.least, left.most), rest, at);
        self.depth -= 1;
        fits
    }

    fn is_edge(&self, at: usize) -> bool {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| self.letters.get(at)).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
        };
        is_word(at.checked_sub(1)) != is_word(Some(at))
    }
}

/// How often a group may still come.
struct Left<'a> {
    inner: &'a Node,
    least: usize,
    most: usize,
}

struct Reader<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Reader<'_> {
    fn any(&mut self) -> Option<Node> {
        let mut any = vec![self.row()?];
        while self.letters.next_if_eq(&'|').is_some() {
            any.push(self.row()?);
        }
        Some(if any.len() == 1 { any.remove(0) } else { Node::Any(any) })
    }

    fn row(&mut self) -> Option<Node> {
        let mut row = vec![];
        while self.letters.peek().is_some_and(|letter| !"|)".contains(*letter)) {
            let node = self.one()?;
            row.push(self.repeated(node)?);
        }
        Some(Node::Row(row))
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (least, most) = match self.letters.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.counted(node),
            _ => return Some(node),
        };
        self.letters.next();
        // Lazy or not, what is found is found.
        self.letters.next_if_eq(&'?');
        Some(Node::Repeat(Box::new(node), least, most))
    }

    /// `{2}`, `{2,}`, `{2,4}`
    fn counted(&mut self, node: Node) -> Option<Node> {
        self.letters.next();
        let mut text = String::new();
        loop {
            match self.letters.next()? {
                '}' => break,
                letter => text.push(letter),
            }
        }
        let (least, most) = match text.split_once(',') {
            None => (text.parse().ok()?, text.parse().ok()?),
            Some((least, "")) => (least.parse().ok()?, usize::MAX),
            Some((least, most)) => (least.parse().ok()?, most.parse().ok()?),
        };
        (least <= most).then(|| Node::Repeat(Box::new(node), least, most))
    }

    fn one(&mut self) -> Option<Node> {
        Some(match self.letters.next()? {
            '.' => Node::One(Class::Dot),
            '^' => Node::Start,
            '$' => Node::End,
            '(' => {
                if self.letters.next_if_eq(&'?').is_some() {
                    self.letters.next_if_eq(&':')?;
                }
                let inner = self.any()?;
                self.letters.next_if_eq(&')')?;
                inner
            }
            '[' => Node::One(self.set()?),
            '\\' => match self.letters.next()? {
                'b' => Node::Edge,
                letter => Node::One(escaped(letter)?),
            },
            '*' | '+' | '?' | '{' => return None,
            letter => Node::One(Class::Letter(letter)),
        })
    }

    fn set(&mut self) -> Option<Class> {
        let meant = self.letters.next_if_eq(&'^').is_none();
        let mut ranges = vec![];
        loop {
            let from = match self.letters.next()? {
                ']' => return (!ranges.is_empty()).then_some(Class::Set(ranges, meant)),
                '\\' => match escaped(self.letters.next()?)? {
                    Class::Set(inner, true) => {
                        ranges.extend(inner);
                        continue;
                    }
                    Class::Letter(letter) => letter,
                    _ => return None,
                },
                letter => letter,
            };
            let mut ahead = self.letters.clone();
            let to = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(to)) if to != ']' => {
                    self.letters = ahead;
                    to
                }
                _ => from,
            };
            ranges.push((from, to));
        }
    }
}

fn escaped(letter: char) -> Option<Class> {
    const DIGITS: (char, char) = ('0', '9');
    let word = || vec![('a', 'z'), ('A', 'Z'), DIGITS, ('_', '_')];
    let space = || vec![(' ', ' '), ('\t', '\r')];
    Some(match letter {
        'd' => Class::Set(vec![DIGITS], true),
        'D' => Class::Set(vec![DIGITS], false),
        'w' => Class::Set(word(), true),
        'W' => Class::Set(word(), false),
        's' => Class::Set(space(), true),
        'S' => Class::Set(space(), false),
        't' => Class::Letter('\t'),
        'n' => Class::Letter('\n'),
        letter if !letter.is_alphanumeric() => Class::Letter(letter),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_operators_write() {
        for (pattern, text, found) in [
            ("error", "an error here", true),
            ("(?i)ERROR|warn", "an Error here", true),
            ("^an", "an error", true),
            ("^error", "an error", false),
            ("error$", "an error", true),
            ("5\\d\\d", "status 502", true),
            ("5\\d\\d\\b", "status 5021", false),
            ("\\b5\\d{2}\\b", "status 502 ms", true),
            ("a.c", "abc", true),
            ("ab*c", "ac", true),
            ("ab+c", "ac", false),
            ("(ab)+c", "xababc", true),
            ("(?:ab|cd){2}e", "abcde", true),
            ("(ab){3}", "abab", false),
            ("[^0-9 ]+@", "kim@", true),
            ("[a-f]{2,3}z", "xabcz", true),
            ("colou?r", "color", true),
            ("\\[web\\]", "[web] up", true),
            ("(a|b)?c", "c", true),
        ] {
            let regex = Regex::read(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert_eq!(regex.finds(text), found, "{pattern} in {text}");
        }
        for wrong in ["(", "a)", "[", "*a", "a{2", "\\q"] {
            assert!(Regex::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_bad_pattern_comes_to_an_end() {
        let many = "a".repeat(100_000);
        assert!(!Regex::read("(a+)+$").unwrap().finds(&format!("{}b", &many[..200])));
        Regex::read("(ab|a)*$").unwrap().finds(&many);
        assert!(Regex::read(&many[..3000]).unwrap().finds(&many));
        assert!(Regex::read(&"(".repeat(5000)).is_none());
    }
}
