//! Answers in pages. A token holds for the request that it was given to and for
//! no other: it names the last item handed out, so that what appears or vanishes
//! between two pages neither repeats nor hides the rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::refuse::refuse;
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value, to_json};

/// How one service spells its pages.
pub struct Paging {
    pub size: &'static str,
    pub token: &'static str,
    pub size_default: usize,
    pub refusal: &'static str,
}

impl Paging {
    /// `{items_name: [one page], token: the next}`; no token on the last page.
    pub fn page(&self, request: &Value, items_name: &str, items: Vec<Value>) -> Result<Value, Failure> {
        let asked = request.get(self.size).and_then(Value::as_int).and_then(|size| usize::try_from(size).ok());
        let size = asked.filter(|size| *size > 0).unwrap_or(self.size_default);
        let start = match request.text(self.token) {
            Some(token) => self.start(token, &self.mark(request, items_name), &items)?,
            None => 0,
        };
        let end = start.saturating_add(size);
        let more = end < items.len();
        let page: Vec<Value> = items.into_iter().skip(start).take(size).collect();
        let last = page.last().and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut answer = map! { items_name => page };
        if let (true, Some(members)) = (more, answer.as_map_mut()) {
            let token = STANDARD.encode(format!("{} {end} {last}", self.mark(request, items_name)));
            members.insert(self.token.into(), Value::from(token));
        }
        Ok(answer)
    }

    /// Where the page of this token begins.
    fn start(&self, token: &str, mark: &str, items: &[Value]) -> Result<usize, Failure> {
        let refused = || refuse(self.refusal, "Invalid token");
        let bytes = STANDARD.decode(token).map_err(|_| refused())?;
        let text = String::from_utf8(bytes).map_err(|_| refused())?;
        let mut parts = text.splitn(3, ' ');
        let known = parts.next() == Some(mark);
        let count = parts.next().and_then(|count| count.parse::<usize>().ok()).filter(|_| known).ok_or_else(refused)?;
        let last = parts.next().unwrap_or_default();
        Ok(match items.iter().position(|item| item.as_str() == Some(last)) {
            Some(place) => place + 1,
            // It is gone, and what followed it has moved up.
            None if !last.is_empty() => count.saturating_sub(1),
            None => count,
        })
    }

    fn mark(&self, request: &Value, items_name: &str) -> String {
        mark(request, items_name, &[self.size, self.token])
    }
}

/// What a token is bound to: everything that was asked but the page itself.
pub fn mark(request: &Value, items_name: &str, of_the_page: &[&str]) -> String {
    let mut asked = request.as_map().cloned().unwrap_or_default();
    asked.retain(|name, _| !of_the_page.contains(&name.as_str()));
    let text = to_json(&Value::Map(asked)).unwrap_or_default();
    let digest = Sha256::digest(format!("{items_name} {text}").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A time as CloudWatch Logs counts it.
pub fn milliseconds(time: Timestamp) -> Value {
    Value::Int(time.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGING: Paging = Paging { size: "maxResults", token: "nextToken", size_default: 2, refusal: "Refused" };

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let items = || (1..=5).map(Value::Int).collect::<Vec<_>>();
        let (mut request, mut seen, mut pages) = (map! {}, vec![], 0);
        loop {
            let answer = PAGING.page(&request, "items", items()).unwrap();
            seen.extend(answer.items("items").to_vec());
            pages += 1;
            let Some(token) = answer.text("nextToken") else {
                break;
            };
            request = map! { "nextToken" => token };
        }
        assert_eq!((seen, pages), (items(), 3));
    }

    #[test]
    fn a_full_last_page_carries_no_token() {
        let answer = PAGING.page(&map! { "maxResults" => 5 }, "items", (1..=5).map(Value::Int).collect()).unwrap();
        assert!(answer.get("nextToken").is_none());
    }

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        let items = || (1..=5).map(Value::Int).collect::<Vec<_>>();
        let first = PAGING.page(&map! { "family" => "a" }, "items", items()).unwrap();
        let token = first.text("nextToken").unwrap();
        let same = map! { "family" => "a", "nextToken" => token, "maxResults" => 1 };
        assert_eq!(PAGING.page(&same, "items", items()).unwrap().items("items"), [Value::Int(3)]);
        let other = map! { "family" => "b", "nextToken" => token };
        for (request, name) in [(other, "items"), (same, "others"), (map! { "nextToken" => "x" }, "items")] {
            assert_eq!(PAGING.page(&request, name, items()).unwrap_err().code(), "Refused");
        }
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let texts = |names: &str| names.chars().map(|c| Value::from(c.to_string())).collect::<Vec<_>>();
        let token = PAGING.page(&map! {}, "items", texts("bdfh")).unwrap().text("nextToken").unwrap().to_owned();
        let next = |names| PAGING.page(&map! { "nextToken" => token.as_str() }, "items", texts(names)).unwrap();
        assert_eq!(next("abcdfh").items("items"), texts("fh"), "items before it appeared");
        assert_eq!(next("dfh").items("items"), texts("fh"), "an item before it vanished");
        assert_eq!(next("bfh").items("items"), texts("fh"), "the last item itself vanished");
    }
}
