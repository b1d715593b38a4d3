//! An XML document as a tree of elements: as much of XML as AWS's answers use.
//! Attributes and namespaces are left out; nobody here reads them.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::CodecError;

/// An element of the answer: its text, and what is inside it. Beside other
/// elements the text is layout, and whoever reads those leaves it alone.
#[derive(Default)]
pub(super) struct Element {
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    fn named(name: &str) -> Element {
        Element { name: name.to_owned(), ..Element::default() }
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn find(&self, name: &str) -> Option<&Element> {
        self.child(name).or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }
}

/// The document as a tree below a nameless root. It must be complete.
pub(super) fn read_xml(body: &[u8]) -> Result<Element, CodecError> {
    let body = std::str::from_utf8(body).map_err(|_| unreadable("it is not UTF-8"))?;
    let mut reader = Reader::from_str(body);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| unreadable(&error.to_string()))? {
            Event::Start(start) => open.push(Element::named(start.local_name().as_ref())),
            Event::Empty(empty) => innermost(&mut open)?.children.push(Element::named(empty.local_name().as_ref())),
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| unreadable("an end without a start"))?;
                innermost(&mut open)?.children.push(element);
            }
            Event::Text(text) => innermost(&mut open)?.text.push_str(&text),
            Event::CData(text) => innermost(&mut open)?.text.push_str(&text),
            Event::GeneralRef(name) => {
                let meant = entity(&name).ok_or_else(|| unreadable(&format!("&{};", &*name)))?;
                innermost(&mut open)?.text.push(meant);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match <[Element; 1]>::try_from(open) {
        Ok([root]) if !root.children.is_empty() => Ok(root),
        _ => Err(unreadable("it ends in the middle")),
    }
}

fn unreadable(why: &str) -> CodecError {
    CodecError(format!("not XML: {why}"))
}

fn innermost(open: &mut [Element]) -> Result<&mut Element, CodecError> {
    open.last_mut().ok_or_else(|| unreadable("an end without a start"))
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)?
        }
    })
}
