//! Whether a line has a secret typed into it, as far as its words tell. Such a
//! line is neither kept in the history nor written into the record. What a
//! session knows to be secret is looked for besides, by value.

use super::telling::{is_telling, tells_a_secret};
use crate::api::{self, SERVICES};
use crate::script::{Kind, Scan, scan, service_module};

/// Functions whose text arguments are secrets.
const MAKERS: &[&str] = &["secret", "with_key"];

/// Functions that fetch a value from where it is; their texts say where.
const SOURCES: &[&str] = &["ask_secret", "environment_secret", "read_secret_file", "ask", "environment", "read_file"];

/// Headers of a request that say nothing secret; of any other one cannot know.
const PLAIN_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-type",
    "user-agent",
    "if-none-match",
    "origin",
    "range",
    "referer",
    "x-request-id",
];

/// What stands in the record in its place.
pub const WITHHELD: &str = "(a line with a secret in it)";

pub fn types_a_secret(text: &str) -> bool {
    let scan = scan(text);
    let line = Line { text, scan: &scan };
    (0..scan.lexemes.len())
        .any(|at| line.sets_a_secret(at) || line.makes_a_secret(at) || line.sends_a_header(at) || line.is_a_secret(at))
}

struct Line<'a> {
    text: &'a str,
    scan: &'a Scan,
}

impl Line<'_> {
    fn word(&self, at: usize) -> &str {
        self.scan.lexemes.get(at).map_or("", |lexeme| &self.text[lexeme.start..lexeme.end])
    }

    fn is_text(&self, at: usize) -> bool {
        self.scan.lexemes.get(at).is_some_and(|lexeme| lexeme.kind == Kind::Text)
    }

    fn name(&self, at: usize) -> &str {
        self.word(at).trim_matches(['"', '`', '\''])
    }

    /// `SecretString: "…"`, `password = "…"`, `m["password"] = "…"`
    fn sets_a_secret(&self, at: usize) -> bool {
        let name = self.name(at);
        let mark = if self.is_text(at) && self.word(at + 1) == "]" { at + 2 } else { at + 1 };
        let is_given = self.is_text(mark + 1);
        match self.word(mark) {
            ":" | "=" | "+=" => {
                is_telling(name) && self.has_own_text(mark + 1)
                    || is_given && name.eq_ignore_ascii_case("value") && self.names_a_secret()
                    || self.is_marked(name) && self.has_own_text(mark + 1)
            }
            "==" | "!=" => is_given && is_telling(name),
            // `m.set("password", "…")`
            "," => is_given && self.is_text(at) && at > 0 && self.word(at - 1) == "(" && is_telling(name),
            _ => false,
        }
    }

    /// `name: "DB_PASSWORD"`, somewhere on the line.
    fn names_a_secret(&self) -> bool {
        (0..self.scan.lexemes.len()).any(|at| self.is_text(at) && is_telling(self.name(at)))
    }

    /// `secret("…")`, `.with_key("NAME", "…")`, `dotenv::text([#{ name: "A", value: "…" }])`
    fn makes_a_secret(&self, at: usize) -> bool {
        let is_dotenv = at > 1 && self.word(at - 1) == "::" && self.word(at - 2) == "dotenv";
        (MAKERS.contains(&self.word(at)) || is_dotenv) && self.word(at + 1) == "(" && self.has_text(at + 1)
    }

    /// `headers: #{ "x-key": "…" }`
    fn sends_a_header(&self, at: usize) -> bool {
        if self.name(at) != "headers" || !matches!(self.word(at + 1), ":" | "=") || self.word(at + 2) != "#{" {
            return false;
        }
        let mut depth = 0_i32;
        for inner in at + 2..self.scan.lexemes.len() {
            match self.scan.lexemes[inner].kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            let name = self.name(inner).to_lowercase();
            let is_header = depth == 1 && self.word(inner + 1) == ":" && !PLAIN_HEADERS.contains(&name.as_str());
            if depth == 0 || is_header && self.has_own_text(inner + 2) {
                return depth > 0;
            }
        }
        false
    }

    /// `"Bearer …"`
    fn is_a_secret(&self, at: usize) -> bool {
        self.is_text(at) && tells_a_secret(self.name(at))
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
        self.has_text_where(start, |_| true)
    }

    /// The same, but for texts that say where the value is.
    fn has_own_text(&self, start: usize) -> bool {
        self.has_text_where(start, |open| !self.fetches(open))
    }

    /// Whether a bracket opens the arguments of a function that gets its value
    /// from elsewhere: from AWS, from a secret's keys, from the environment.
    fn fetches(&self, open: usize) -> bool {
        let is_call = open > 0 && self.word(open) == "(" && self.scan.lexemes[open - 1].kind == Kind::Word;
        is_call && (SOURCES.contains(&self.word(open - 1)) || open > 1 && matches!(self.word(open - 2), "::" | "." | "?."))
    }

    /// Looks for a text up to the end of the value, and into those brackets that
    /// `enters`.
    fn has_text_where(&self, start: usize, enters: impl Fn(usize) -> bool) -> bool {
        let (mut depth, mut closed) = (0_i32, None);
        for (at, lexeme) in self.scan.lexemes.iter().enumerate().skip(start) {
            match lexeme.kind {
                Kind::Text if closed.is_none() => return true,
                Kind::Open => {
                    if closed.is_none() && !enters(at) {
                        closed = Some(depth);
                    }
                    depth += 1;
                }
                Kind::Close => {
                    depth -= 1;
                    closed = closed.filter(|closed| depth > *closed);
                }
                Kind::Symbol if depth == 0 && matches!(self.word(at), "," | ";") => return false,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
    }
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
            "http::post(url, 1, #{ headers: #{ \"x-api-key\": \"x\" } })",
            "http::post(url, 1, #{ headers: #{ accept: \"a\", \"x-gitlab\": \"x\" } })",
            "let db_password = \"x\"",
            "let password2 = \"x\"",
            "let password = \"x",
            "let password = (\"x\")",
            "let password = a + trim(\"x\")",
            "m[\"Password\"] = \"x\"",
            "m.set(\"db_password\", \"x\")",
            "if token == \"x\" { }",
            "dotenv::text([#{ name: \"A\", value: \"x\" }])",
            "dotenv::parse(\"A=x\")",
            "let e = #{ name: \"DB_PASSWORD\", value: \"x\" }",
            "let url = \"https://me:word@host/\"",
            "let body = `{\"api_key\": \"x\"}`",
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
            "let password = s.key(\"PASSWORD\")",
            "let token = environment(\"TOKEN\").trim()",
            "http::get(url, #{ headers: #{ accept: \"text/plain\", \"x-key\": environment_secret(\"KEY\") } })",
            "let e = #{ name: \"PORT\", value: \"80\" }",
            "print(\"The password: \" + s.fingerprint())",
            "if token == () { print(\"none\") }",
            "// password: \"x\"",
        ] {
            assert!(!types_a_secret(text), "{text}");
        }
    }
}
