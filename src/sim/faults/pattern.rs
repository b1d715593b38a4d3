//! Patterns with `*`, over images, names and operations.

use crate::api::{Operation, SERVICES, did_you_mean, http_operations};

/// Whether `*`, which stands for any text, makes `pattern` fit all of `text`.
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    let mut left = text;
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

/// The names of an operation: as IAM says it, and as scripts do.
fn names(operation: &Operation) -> [String; 2] {
    [operation.action(), format!("{}:{}", operation.module, operation.name)]
}

pub fn fits_operation(pattern: &str, operation: &Operation) -> bool {
    names(operation).iter().any(|name| fits(pattern, name))
}

fn all_names() -> impl Iterator<Item = String> {
    SERVICES.iter().flat_map(|service| service.operations).chain(http_operations()).flat_map(names)
}

pub fn names_an_operation(pattern: &str) -> bool {
    all_names().any(|name| fits(pattern, &name))
}

pub fn nearest_operation(pattern: &str) -> Option<String> {
    let names: Vec<String> = all_names().collect();
    did_you_mean(pattern, names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, text) in
            [("*", ""), ("*:v9*", "web:v99"), ("a*b*c", "a-b-b-c"), ("*b", "bb"), ("web", "web"), ("a*a", "aa")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*:v9", "web:v99"), ("a*a", "a"), ("web", "webs"), ("a*b*b", "ab"), ("v?", "v9")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn operations_go_by_the_name_of_iam_and_of_scripts() {
        for pattern in ["application-autoscaling:Register*", "application_autoscaling:RegisterScalableTarget", "*:UpdateService"]
        {
            assert!(names_an_operation(pattern), "{pattern}");
        }
        assert!(!names_an_operation("ecs:UpdateServices"));
        assert_eq!(nearest_operation("ecs:UpdateServices").unwrap(), "did you mean `ecs:UpdateService`?");
    }
}
