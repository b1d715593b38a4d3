//! What a script can call, described: the natives and the functions of a
//! module, with their params and documentation comments. For the prompt's
//! completion and `:doc`; it runs nothing.

use super::library::Text;
use super::program::Host;
use super::{engine, services};

/// One way to call a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// `json` of `json::parse`; empty for what is called without a module.
    pub module: String,
    pub name: String,
    /// As declared: `limit: integer`, or a bare name in a script.
    pub params: Vec<String>,
    /// The whole comment, a paragraph a line.
    pub help: String,
}

impl Function {
    /// `table(header: list of strings, rows: list of lists)`
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.params.join(", "))
    }

    /// The first sentence of the comment.
    pub fn summary(&self) -> &str {
        let first = self.help.lines().next().unwrap_or_default();
        first.find(". ").map_or(first, |end| &first[..=end])
    }
}

/// The words of the language, `step` of our own among them.
pub const KEYWORDS: &[&str] = &[
    "let", "const", "if", "else", "switch", "for", "in", "while", "loop", "do", "until", "break", "continue", "return", "throw",
    "try", "catch", "fn", "private", "import", "as", "export", "this", "true", "false", "step",
];

/// Names that every script finds defined.
pub fn given_names() -> &'static [&'static str] {
    engine::GIVEN
}

/// The service that scripts mean by a module's name, short ones included.
pub fn service_module(name: &str) -> Option<&'static crate::api::Service> {
    services::service_named(name)
}

/// Every module that stands for a service of AWS, short names included.
pub fn service_modules() -> impl Iterator<Item = &'static str> {
    services::modules()
}

/// The namespace in which an operation gathers all its pages.
pub const ALL_PAGES: &str = services::ALL;

impl Host {
    /// Every native that a person would write by name, Rhai's own included.
    pub fn natives(&self) -> Vec<Function> {
        let describe = |info: rhai::FuncInfo<'_>| {
            let name = info.metadata.name.to_string();
            let is_service = service_module(info.namespace.split("::").next().unwrap_or_default()).is_some();
            let written = name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.contains('$');
            // Bytes are nothing that an answer of AWS holds.
            let is_useful = |function: &Function| {
                !function.help.contains("# Deprecated") && !function.params.iter().any(|param| param.ends_with("Blob"))
            };
            let function = (written && !is_service && info.script.is_none()).then(|| Function {
                module: info.namespace.to_string(),
                params: info.metadata.params_info.iter().map(|param| plain_param(param)).collect(),
                help: comment_text(info.metadata.comments.iter().map(|line| line.as_str())),
                name,
            });
            function.filter(is_useful)
        };
        let mut found = self.engine.collect_fn_metadata(None, describe, true);
        found.sort_by(|one, other| (&one.module, &one.name, &one.params).cmp(&(&other.module, &other.name, &other.params)));
        found.dedup();
        found
    }

    /// The public functions of a script or module; none when it does not compile.
    pub fn functions_of(&self, text: &Text) -> Vec<Function> {
        let Ok(program) = self.compile(text.clone()) else {
            return Vec::new();
        };
        // Closures are functions too, by names that nobody writes.
        let is_public = |name: &str, access: rhai::FnAccess| !access.is_private() && !name.starts_with("anon$");
        let public = program.ast.iter_functions().filter(|function| is_public(function.name, function.access));
        let mut functions: Vec<Function> = public
            .map(|function| Function {
                module: String::new(),
                name: function.name.to_string(),
                params: function.params.iter().map(ToString::to_string).collect(),
                help: comment_text(function.comments.iter().copied()),
            })
            .collect();
        functions.sort_by(|one, other| (&one.name, &one.params).cmp(&(&other.name, &other.params)));
        functions
    }
}

/// The words of a `///` comment: lines of one paragraph joined, code as it stands.
fn comment_text<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut told: Vec<String> = Vec::new();
    let (mut in_code, mut goes_on) = (false, false);
    for line in lines.flat_map(str::lines) {
        let line = line.trim_start().trim_start_matches("///");
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        let is_fence = line.starts_with("```");
        let stands_alone = in_code || is_fence || line.is_empty() || line.starts_with(['#', '-', '*']);
        match told.last_mut() {
            Some(last) if goes_on && !stands_alone => last.extend([" ", line]),
            Some(last) if last.is_empty() && line.is_empty() => {}
            _ => told.push(line.to_owned()),
        }
        in_code ^= is_fence;
        goes_on = !in_code && !is_fence && !line.is_empty() && !line.starts_with('#');
    }
    told.join("\n").trim().to_owned()
}

/// `array: &mut Array` as people say it: `array: list`.
fn plain_param(param: &str) -> String {
    let Some((name, kind)) = param.split_once(": ") else {
        return param.to_owned();
    };
    let bare = kind.trim_start_matches("&mut ").trim_start_matches('&').rsplit("::").next().unwrap_or(kind);
    let kind = match bare {
        "Array" => "list",
        "Map" => "map",
        "INT" | "i64" => "integer",
        "FLOAT" | "f64" => "float",
        "str" | "ImmutableString" | "String" => "string",
        "bool" => "boolean",
        "FnPtr" => "function",
        "Dynamic" => return name.to_owned(),
        _ => kind,
    };
    format!("{name}: {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_read_as_paragraphs_lists_and_code() {
        let comment = [
            "/// Gives the end,",
            "/// if there is one.",
            "///",
            "/// # Example",
            "///",
            "/// ```",
            "/// let a = 1;",
            "///",
            "/// print(a);",
            "/// ```",
            "/// - one",
            "/// - two",
        ];
        let text = comment_text(comment.into_iter());
        let expected = "Gives the end, if there is one.\n\n# Example\n\n```\nlet a = 1;\n\nprint(a);\n```\n- one\n- two";
        assert_eq!(text, expected);
        let function = Function { module: String::new(), name: "f".into(), params: vec!["a".into()], help: text };
        assert_eq!((function.signature().as_str(), function.summary()), ("f(a)", "Gives the end, if there is one."));
    }
}
