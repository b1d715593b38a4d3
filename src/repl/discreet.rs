//! Whether a line has a secret typed into it, as far as its words tell. Such a
//! line is neither kept in the history nor written into the record. What a
//! session knows to be secret is looked for besides, by value.

use crate::api::{self, SERVICES};
use crate::script::{Kind, Scan, scan, service_module};

/// Names that give a value away wherever they stand, without marks between
/// their words.
const TELLING: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secretstring",
    "secretbinary",
    "token",
    "apikey",
    "authorization",
    "privatekey",
];

/// Functions whose text arguments are secrets.
const MAKERS: &[&str] = &["secret", "with_key"];

/// Functions that fetch a secret from where it is; their texts say where.
const SOURCES: &[&str] = &["ask_secret", "environment_secret", "read_secret_file"];

/// What stands in the record in its place.
pub const WITHHELD: &str = "(a line with a secret in it)";

pub fn types_a_secret(text: &str) -> bool {
    let scan = scan(text);
    let line = Line { text, scan: &scan };
    (0..scan.lexemes.len()).any(|at| line.sets_a_secret(at) || line.makes_a_secret(at))
}

struct Line<'a> {
    text: &'a str,
    scan: &'a Scan,
}

impl Line<'_> {
    fn word(&self, at: usize) -> &str {
        self.scan.lexemes.get(at).map_or("", |lexeme| &self.text[lexeme.start..lexeme.end])
    }

    /// `SecretString: "…"`, `password = "…"`
    fn sets_a_secret(&self, at: usize) -> bool {
        let name = self.word(at).trim_matches(['"', '`']);
        let is_set = matches!(self.word(at + 1), ":" | "=");
        let is_text = self.scan.lexemes.get(at + 2).is_some_and(|next| next.kind == Kind::Text);
        let comes_from_elsewhere = SOURCES.contains(&self.word(at + 2));
        is_set && (is_text && is_telling(name) || self.is_marked(name) && !comes_from_elsewhere && self.has_text(at + 2))
    }

    /// `secret("…")`, `.with_key("NAME", "…")`
    fn makes_a_secret(&self, at: usize) -> bool {
        MAKERS.contains(&self.word(at)) && self.word(at + 1) == "(" && self.has_text(at + 1)
    }

    /// Whether AWS marks a member of that name as sensitive, in a service that
    /// the line mentions.
    fn is_marked(&self, name: &str) -> bool {
        let mentioned =
            (0..self.scan.lexemes.len()).filter(|at| self.word(at + 1) == "::").filter_map(|at| service_module(self.word(at)));
        let mut modules: Vec<&str> = mentioned.map(|service| service.module).collect();
        modules.dedup();
        SERVICES.iter().filter(|service| modules.contains(&service.module)).any(|service| api::marks_secret(service, name))
    }

    /// Whether a text stands in the value that begins at a word.
    fn has_text(&self, start: usize) -> bool {
        let mut depth = 0_i32;
        for lexeme in self.scan.lexemes.iter().skip(start) {
            match lexeme.kind {
                Kind::Text => return true,
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                Kind::Symbol if depth == 0 && matches!(&self.text[lexeme.start..lexeme.end], "," | ";") => return false,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
    }
}

fn is_telling(name: &str) -> bool {
    let plain: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase();
    TELLING.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_secrets_are_noticed_and_other_lines_are_kept() {
        for text in [
            "secrets::put_secret_value(#{ SecretId: id, SecretString: \"x\" })",
            "secrets::create_secret(#{ Name: \"n\", \"SecretString\": `{\"A\": 1}` })",
            "let password = \"x\"",
            "let r = #{ api_key: \"x\" }",
            "let s = secret(\"x\")",
            "s.with_key(\"A\", \"x\")",
            "ecs::register_task_definition(#{ containerDefinitions: [#{ environment: [#{ name: \"A\", value: \"x\" }] }] })",
            "http::get(url, #{ headers: #{ authorization: \"Bearer x\" } })",
        ] {
            assert!(types_a_secret(text), "{text}");
        }
        for text in [
            "secrets::get_secret_value(#{ SecretId: \"nest-wallet-prod-secrets\" })",
            "secrets::put_secret_value(#{ SecretId: \"a\", SecretString: ask_secret(\"The new value\") })",
            "let secret = secrets::get_secret_value(#{ SecretId: \"a\" })",
            "ecs::list_services(#{ nextToken: \"x\" })",
            "let password = environment_secret(name)",
            "s.secrets",
            "// password: \"x\"",
        ] {
            assert!(!types_a_secret(text), "{text}");
        }
    }
}
