//! The pages of ECS: `maxResults` and `nextToken`, with a range for the first.

use super::super::paging::Paging;
use super::super::refuse::{invalid_parameter, refuse_if};
use crate::api::Failure;
use crate::value::Value;

pub struct Pages {
    size_default: usize,
    size_most: i64,
}

impl Pages {
    /// So many items unless asked otherwise, and a hundred at most.
    pub const fn of(size_default: usize) -> Pages {
        Pages { size_default, size_most: 100 }
    }

    pub const fn at_most(self, size_most: i64) -> Pages {
        Pages { size_most, ..self }
    }

    pub fn page(&self, request: &Value, items_name: &str, items: Vec<Value>) -> Result<Value, Failure> {
        let most = self.size_most;
        let asked = request.get("maxResults").and_then(Value::as_int);
        let refused = || invalid_parameter(format!("maxResults must be between 1 and {most}."));
        refuse_if(asked.is_some_and(|asked| !(1..=most).contains(&asked)), refused)?;
        let paging = Paging {
            size: "maxResults",
            token: "nextToken",
            size_default: self.size_default,
            refusal: "InvalidParameterException",
        };
        paging.page(request, items_name, items)
    }
}
