//! The last look at a text before it leaves: known secrets in it, as they are
//! and in the encodings that programs put texts in, are replaced.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use super::escapes::{Layer, layers, misread};
use super::secret::LONG_ENOUGH;
use super::{Map, Secret, Text, Value, parse_str};

const STAND_IN: &str = "(secret)";

/// Finds every secret that it was made from. One without secrets changes
/// nothing.
#[derive(Default)]
pub struct Filter(Option<AhoCorasick>);

impl Filter {
    pub fn of<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Filter {
        let needles: BTreeSet<Vec<u8>> = secrets.flat_map(needles).collect();
        if needles.is_empty() {
            return Filter(None);
        }
        let mut builder = AhoCorasick::builder();
        let automaton = builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::ContiguousNFA)).build(needles);
        Filter(Some(automaton.expect("secrets are far smaller than an automaton may be")))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Looks at the text as it stands; and where it has escapes, at what they
    /// mean.
    pub fn finds(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|automaton| {
            automaton.is_match(text) || layers(text.as_bytes()).any(|layer| automaton.is_match(&layer.bytes))
        })
    }

    pub fn hide(&self, text: String) -> String {
        match &self.0 {
            Some(automaton) if self.finds(&text) => replaced(&text, &places(automaton, &text)),
            _ => text,
        }
    }

    /// Hides in every text of a value, the names of members included.
    pub fn hide_within(&self, value: Value) -> Value {
        match value {
            value if self.0.is_none() => value,
            Value::Text(text) => Value::from(self.hide(text.into())),
            Value::List(items) => Value::List(items.into_iter().map(|item| self.hide_within(item)).collect()),
            Value::Map(members) => {
                let members = members.into_iter().map(|(name, item)| (name, self.hide_within(item))).collect();
                Value::Map(self.hide_names(members))
            }
            other => other,
        }
    }

    /// The same members, none of whose names holds a secret. Names that become
    /// equal are numbered, so that no member is lost.
    pub fn hide_names(&self, members: Map) -> Map {
        if !self.finds_name(&members) {
            return members;
        }
        let (telling, mut hidden): (Map, Map) = members.into_iter().partition(|(name, _)| self.finds(name));
        for (name, item) in telling {
            let name = self.hide(name.into());
            let numbered = (2..).map(|number| format!("{name} {number}"));
            let free = std::iter::once(name.clone()).chain(numbered).map(Text::from).find(|name| !hidden.contains_key(name));
            hidden.extend(free.map(|name| (name, item)));
        }
        hidden
    }

    pub fn finds_name(&self, members: &Map) -> bool {
        self.0.is_some() && members.keys().any(|name| self.finds(name))
    }
}

/// Where secrets stand in a text, in order and apart from each other.
fn places(automaton: &AhoCorasick, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = automaton.find_iter(text).map(|hit| hit.range()).collect();
    let mut undone: Vec<Layer> = Vec::new();
    for layer in layers(text.as_bytes()) {
        undone.push(layer);
        let origin = |at: usize| undone.iter().rev().fold(at, |at, layer| layer.origin(at));
        let hits = undone.last().into_iter().flat_map(|layer| automaton.find_iter(&layer.bytes));
        found.extend(hits.map(|hit| origin(hit.start())..origin(hit.end())));
    }
    found.sort_by_key(|place| place.start);
    found.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    found
}

fn replaced(text: &str, places: &[Range<usize>]) -> String {
    let mut clean = Vec::with_capacity(text.len());
    let mut copied = 0;
    for place in places {
        clean.extend_from_slice(&text.as_bytes()[copied..place.start]);
        clean.extend_from_slice(STAND_IN.as_bytes());
        copied = place.end;
    }
    clean.extend_from_slice(&text.as_bytes()[copied..]);
    // Places begin and end between letters, so nothing is lost here.
    String::from_utf8_lossy(&clean).into_owned()
}

/// What to look for: a secret that holds a JSON object is looked for key by
/// key too.
fn needles(secret: &Secret) -> Vec<Vec<u8>> {
    let mut texts = vec![secret.reveal().to_owned()];
    if let Ok(value @ Value::Map(_)) = parse_str(secret.reveal()) {
        value.walk(&mut |inner| {
            if let Value::Text(text) = inner {
                texts.push(text.to_string());
            }
        });
    }
    texts.iter().filter(|text| text.len() >= LONG_ENOUGH).flat_map(|text| disguises(text)).collect()
}

/// The forms that no escape tells of. A secret may look escaped itself: what is
/// left of it when a whole text is read is looked for too.
fn disguises(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut found = vec![hex.to_uppercase().into_bytes(), hex.into_bytes()];
    let read = layers(bytes).map(|layer| layer.bytes).chain(misread(bytes)).filter(|bytes| bytes.len() >= LONG_ENOUGH);
    for plain in std::iter::once(bytes.to_vec()).chain(read) {
        // A space, as forms are sent.
        found.push(plain.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect());
        found.push(plain);
    }
    for offset in 0..3 {
        found.push(base64_within(bytes, offset, |bytes| BASE64_STANDARD_NO_PAD.encode(bytes)).into_bytes());
        found.push(base64_within(bytes, offset, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes)).into_bytes());
    }
    found
}

/// The letters that only these bytes decide, when `offset` bytes of something
/// else stand before them in a group of three.
fn base64_within(bytes: &[u8], offset: usize, encode: impl Fn(&[u8]) -> String) -> String {
    let encoded = encode(&[&[0; 2][..offset], bytes].concat());
    let start = (offset * 8).div_ceil(6);
    let end = (offset + bytes.len()) * 8 / 6;
    encoded[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Origin;

    fn filter(text: &str) -> Filter {
        Filter::of([Secret::new(text.into(), Origin::Prompt)].iter())
    }

    #[test]
    fn a_secret_is_found_in_every_dress() {
        let text = "p\"a/ss wörd+1";
        let filter = filter(text);
        for offset in 0..3 {
            for tail in 0..3 {
                let whole = [&b"xy"[..offset.min(2)], text.as_bytes(), &b"zz"[..tail]].concat();
                assert!(filter.finds(&base64::prelude::BASE64_STANDARD.encode(&whole)), "{offset} {tail}");
                assert!(filter.finds(&base64::prelude::BASE64_URL_SAFE.encode(&whole)), "{offset} {tail}");
            }
        }
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        for dress in [text, "p\\\"a/ss wörd+1", "p%22a%2Fss%20w%C3%B6rd%2B1", "p%22a%2fss+w%c3%b6rd%2b1", &hex] {
            assert_eq!(filter.hide(format!("before {dress} after")), "before (secret) after", "{dress}");
        }
    }

    /// A secret with all that encodings change, as servers quote it.
    #[test]
    fn a_secret_is_found_whatever_was_escaped_and_however_it_was_spelled() {
        let filter = filter("Geheim/Pass<word&Zürich@1 ~x*\"'Q");
        for dress in [
            // URLs: every set of letters that is kept, hex digits of both cases.
            "Geheim%2fPass%3cword%26Z%c3%bcrich%401%20~x*%22%27Q",
            "Geheim%2FPass%3Cword%26Z%C3%BCrich%401%20~x%2A%22%27Q",
            "Geheim/Pass%3Cword%26Z%C3%BCrich@1%20~x*%22'Q",
            "Geheim%2FPass%3Cword%26Z%C3%BCrich%401+%7Ex*%22%27Q",
            "Geheim%2fPass%3Cword%26Z%c3%BCrich%401+%7ex*%22%27%51",
            // JSON: PHP, Go, Python, Rails.
            r#"Geheim\/Pass<word&Z\u00fcrich@1 ~x*\"'Q"#,
            r#"Geheim/Pass\u003cword\u0026Zürich@1 ~x*\"'Q"#,
            r#"Geheim/Pass<word&Z\u00FCrich@1 ~x*\"'Q"#,
            r#"Geheim\/Pass\u003Cword\u0026Z\u00fcrich@1 ~x*\u0022\u0027Q"#,
            // JSON in a JSON text, and in a URL.
            r#"Geheim\\/Pass\\u003cword\\u0026Z\\u00fcrich@1 ~x*\\\"'Q"#,
            r"Geheim/Pass%5Cu003cword%5Cu0026Z%C3%BCrich@1%20~x*%5C%22'Q",
            // HTML and XML.
            "Geheim/Pass&lt;word&amp;Zürich@1 ~x*&quot;&#39;Q",
            "Geheim&#x2F;Pass&lt;word&amp;Z&#252;rich@1 ~x*&#34;&apos;Q",
        ] {
            assert_eq!(filter.hide(format!("a% \\ & {dress} after")), "a% \\ & (secret) after", "{dress}");
            assert!(filter.finds(&dress.replace('(', "")), "{dress}");
        }
    }

    #[test]
    fn a_secret_that_looks_escaped_is_found() {
        for text in [r"C:\new\temp\%41%42", "a%2Fb%252F\"cdef\n", r"x\u0041\\u0042y&amp;z"] {
            let filter = filter(text);
            let json = |text: &str| serde_json::to_string(text).unwrap();
            let percent: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
            for dress in [text, &json(text), &json(&json(text)), &percent, &percent.replace('%', "%25")] {
                assert!(filter.hide(dress.into()).contains("(secret)"), "{text} as {dress}");
            }
        }
        // What is left when it is read is three letters: they are not looked for.
        assert_eq!(filter("%41%42%43").hide("ABC".into()), "ABC");
    }

    #[test]
    fn other_letters_stay_as_they_are() {
        let filter = filter("Geheim/Pass");
        let around = r"ü%C3%BC \u00fc\\ &lt; 100% %4 \ & ";
        assert_eq!(filter.hide(around.into()), around);
        assert_eq!(filter.hide(format!("{around}Geheim%2FPass{around}")), format!("{around}(secret){around}"));
    }

    #[test]
    fn names_that_become_equal_are_numbered() {
        let members = |names: &[&str]| names.iter().map(|name| (Text::from(*name), Value::Null)).collect::<Map>();
        let hidden = filter("Geheim/Pass").hide_names(members(&["Geheim/Pass", "Geheim%2fPass", "(secret)", "b"]));
        assert_eq!(hidden, members(&["(secret)", "(secret) 2", "(secret) 3", "b"]));
    }

    #[test]
    fn short_secrets_corrupt_nothing_and_no_secrets_change_nothing() {
        for short in ["true", "80", "1234567"] {
            let text = "true 80 1234567 dHJ1ZQ== 74727565";
            assert_eq!(filter(short).hide(text.into()), text);
        }
        assert_eq!(Filter::default().hide("(secret) \u{0} ü".into()), "(secret) \u{0} ü");
    }

    #[test]
    fn the_values_of_a_json_secret_are_secrets_too() {
        let filter = filter("{\"A\": \"first-canary\", \"B\": {\"C\": \"second-canary\"}, \"D\": \"80\"}");
        assert_eq!(filter.hide("first-canary, second-canary, 80".into()), "(secret), (secret), 80");
    }
}
