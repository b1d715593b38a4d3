//! The last look at a text before it leaves: known secrets in it, as they are
//! and in the encodings that programs put texts in, are replaced.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

use super::{Secret, Value, parse_str, to_json};

const STAND_IN: &str = "(secret)";

/// Finds every secret that it was made from. One without secrets changes
/// nothing.
#[derive(Default)]
pub struct Filter(Option<AhoCorasick>);

impl Filter {
    pub fn of<'a>(secrets: impl Iterator<Item = &'a Secret>) -> Filter {
        let needles: BTreeSet<String> = secrets.flat_map(needles).collect();
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

    pub fn finds(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|automaton| automaton.is_match(text))
    }

    pub fn hide(&self, text: String) -> String {
        match &self.0 {
            Some(automaton) if automaton.is_match(&text) => {
                let mut clean = String::with_capacity(text.len());
                automaton.replace_all_with(&text, &mut clean, |_, _, clean| {
                    clean.push_str(STAND_IN);
                    true
                });
                clean
            }
            _ => text,
        }
    }

    /// Hides in every text of a value, the names of members included.
    pub fn hide_within(&self, value: Value) -> Value {
        match value {
            value if self.0.is_none() => value,
            Value::Text(text) => Value::from(self.hide(text.into())),
            Value::List(items) => Value::List(items.into_iter().map(|item| self.hide_within(item)).collect()),
            Value::Map(members) => Value::Map(
                members.into_iter().map(|(name, item)| (self.hide(name.into()).into(), self.hide_within(item))).collect(),
            ),
            other => other,
        }
    }
}

/// What to look for: a secret that holds a JSON object is looked for key by
/// key too.
fn needles(secret: &Secret) -> Vec<String> {
    let mut texts = vec![secret.reveal().to_owned()];
    if let Ok(value @ Value::Map(_)) = parse_str(secret.reveal()) {
        value.walk(&mut |inner| {
            if let Value::Text(text) = inner {
                texts.push(text.to_string());
            }
        });
    }
    texts.iter().filter(|text| text.len() >= super::secret::LONG_ENOUGH).flat_map(|text| disguises(text)).collect()
}

fn disguises(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let json = to_json(&Value::from(text)).unwrap_or_default();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut found = vec![text.to_owned(), json.trim_matches('"').to_owned(), hex.to_uppercase(), hex];
    // Rhai's own form for debugging escapes as Rust does.
    found.push(format!("{text:?}").trim_matches('"').to_owned());
    for (kept, space) in [("-._~", "%20"), ("-._~", "+"), ("-._~!*'()", "%20"), ("-._~/", "%20")] {
        let encoded = percent(bytes, kept, space);
        found.push(encoded.to_lowercase());
        found.push(encoded);
    }
    for offset in 0..3 {
        found.push(base64_within(bytes, offset, |bytes| BASE64_STANDARD_NO_PAD.encode(bytes)));
        found.push(base64_within(bytes, offset, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes)));
    }
    found
}

fn percent(bytes: &[u8], kept: &str, space: &str) -> String {
    let one = |byte: &u8| match char::from(*byte) {
        ' ' => space.to_owned(),
        letter if letter.is_ascii_alphanumeric() || kept.contains(letter) => letter.to_string(),
        _ => format!("%{byte:02X}"),
    };
    bytes.iter().map(one).collect()
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
