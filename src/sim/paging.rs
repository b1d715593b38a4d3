//! Answers in pages. A token says how many items were handed out before, in a
//! form that nobody is tempted to write by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::refuse::refuse;
use crate::api::Failure;
use crate::map;
use crate::value::{Timestamp, Value};

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
        let start = request.text(self.token).map_or(Ok(0), |token| self.read(token))?;
        let more = start + size < items.len();
        let page: Vec<Value> = items.into_iter().skip(start).take(size).collect();
        let mut answer = map! { items_name => page };
        if let (true, Some(members)) = (more, answer.as_map_mut()) {
            members.insert(self.token.to_owned(), Value::Text(STANDARD.encode(format!("after {}", start + size))));
        }
        Ok(answer)
    }

    fn read(&self, token: &str) -> Result<usize, Failure> {
        let text = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let number = text.as_deref().and_then(|text| text.strip_prefix("after ")).and_then(|text| text.parse().ok());
        number.ok_or_else(|| refuse(self.refusal, "Invalid token"))
    }
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
        let failure = PAGING.page(&map! { "nextToken" => "x" }, "items", vec![]).unwrap_err();
        assert_eq!(failure.code(), "Refused");
    }
}
