//! A script that comes piece by piece, as a person types it: what one piece
//! declares, the next ones find. Variables, functions, closures and imports
//! live until the workspace is dropped.
//!
//! All pieces together are one growing text, each on lines of its own, so that
//! every place in it is one place. A piece that fails declares nothing.

use std::collections::BTreeSet;

use rhai::{AST, Dynamic, EvalAltResult, Expr, ParseErrorType, Scope, Stmt};

use super::current::{self, Strand};
use super::dynamic::{to_dynamic, to_value};
use super::failure::{Fallible, ScriptError, is_at_the_place};
use super::program::{Host, limit_of};
use super::results::with_results;
use super::scan::scan;
use super::{services, twins};
use crate::api::did_you_mean;
use crate::effect::Stop;
use crate::value::Value;

/// The name of the growing text in messages.
pub const PROMPT: &str = "prompt";
/// How many results can be called by their number.
const RESULTS_KEPT: usize = 100;

/// An import that holds for all later pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub path: String,
    pub name: String,
}

pub struct Workspace {
    scope: Scope<'static>,
    functions: AST,
    imports: Vec<Import>,
    text: String,
    results: usize,
}

/// A piece that was understood and can be played.
pub struct Piece {
    ast: AST,
    pub text: String,
    /// The line of the growing text on which it begins.
    pub line: usize,
    /// It ends with a semicolon: its value is not wanted.
    is_silent: bool,
}

/// How a piece ended.
#[derive(Debug)]
pub enum Played {
    /// Its last expression's value, or the name of a type that is no JSON; and
    /// the number under which it is kept, unless it is nothing.
    Done {
        value: Result<Value, String>,
        number: Option<usize>,
    },
    Failed(Box<ScriptError>),
    /// It was ended from outside, or by a refusal.
    Stopped(Stop, Box<ScriptError>),
}

/// A variable as people see it.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    /// Its value, or the name of a type that is no JSON.
    pub value: Result<Value, String>,
    pub constant: bool,
}

impl Workspace {
    pub fn new(constants: Vec<(&'static str, Value)>) -> Workspace {
        let mut scope = Scope::new();
        for (name, value) in constants {
            scope.push_constant_dynamic(name, to_dynamic(value));
        }
        Workspace { scope, functions: AST::empty(), imports: Vec::new(), text: String::new(), results: 0 }
    }

    /// Everything that was entered, for excerpts.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Names and numbers of arguments of the functions that were declared here.
    pub fn functions(&self) -> Vec<(String, Vec<String>)> {
        let named = self.functions.iter_functions().filter(|function| !function.name.starts_with("anon$"));
        named.map(|function| (function.name.to_owned(), function.params.iter().map(ToString::to_string).collect())).collect()
    }

    /// The variables that a piece would find, each once.
    pub fn variables(&self) -> Vec<Variable> {
        let mut seen = BTreeSet::new();
        let newest = self.scope.iter_raw().filter(|(name, ..)| seen.insert((*name).to_owned()));
        let found = newest.map(|(name, constant, value)| Variable { name: name.to_owned(), value: shown(value), constant });
        found.collect()
    }

    pub fn variable(&self, name: &str) -> Option<Result<Value, String>> {
        self.scope.get(name).map(shown)
    }

    /// The number of the last result; none yet is 0.
    pub fn last_result(&self) -> usize {
        self.results
    }

    /// Takes lines that are no script into account, so that the lines of a
    /// file keep their numbers.
    pub fn skip_lines(&mut self, text: &str) {
        self.add(text);
    }

    fn add(&mut self, text: &str) -> usize {
        let line = self.text.matches('\n').count() + 1;
        self.text.push_str(text.trim_end_matches('\n'));
        self.text.push('\n');
        line
    }

    /// The piece on the line where it was entered. The imports of earlier ones
    /// stand where the first of those was.
    fn placed(&self, piece: &str, line: usize) -> String {
        let imports = self.imports.iter().map(|import| format!("import \"{}\" as {};", import.path, import.name));
        format!("{}{}{piece}", imports.collect::<Vec<_>>().join(" "), "\n".repeat(line - 1))
    }

    fn keep(&mut self, piece: &Piece) {
        for import in imports(&piece.ast) {
            self.imports.retain(|known| known.name != import.name);
            self.imports.push(import);
        }
        self.functions = self.functions.merge(&piece.ast.clone_functions_only());
    }

    fn number(&mut self, value: &Dynamic) -> Option<usize> {
        if value.is_unit() {
            return None;
        }
        self.results += 1;
        let (name, value) = (format!("_{}", self.results), value.flatten_clone());
        self.scope.push_dynamic(name, value.clone());
        self.scope.set_or_push("_", value);
        if let Some(old) = self.results.checked_sub(RESULTS_KEPT) {
            let _ = self.scope.remove::<Dynamic>(&format!("_{old}"));
        }
        Some(self.results)
    }
}

impl Host {
    /// Whether the text cannot be all of it: an open bracket, an operator at
    /// its end.
    pub fn goes_on(&self, text: &str) -> bool {
        let scan = scan(text);
        if scan.goes_on(text) {
            return true;
        }
        let end = text.trim_end().matches('\n').count() + 1;
        match with_results(text, 1, |text| self.engine.compile(text)) {
            Ok(_) => false,
            Err(error) => match error.err_type() {
                ParseErrorType::UnexpectedEOF => true,
                ParseErrorType::MissingToken(..) => error.position().line().is_none_or(|line| line > end),
                _ => false,
            },
        }
    }

    /// Understands a piece, or says what is wrong with it. From here on it is
    /// part of the workspace's text.
    pub fn read_piece(&self, workspace: &mut Workspace, text: &str) -> Result<Piece, Box<ScriptError>> {
        let line = workspace.add(text);
        let compiled =
            with_results(text, line, |text| self.engine.compile_with_scope(&workspace.scope, workspace.placed(text, line)));
        match compiled {
            Ok(mut ast) => {
                ast.set_source(PROMPT);
                Ok(Piece { ast, text: text.to_owned(), line, is_silent: scan(text).ends_with_semicolon(text) })
            }
            Err(error) => Err(self.explain(workspace, &EvalAltResult::from(error))),
        }
    }

    /// Plays a piece on a thread of its own, as `strand`.
    pub fn play_piece(&self, workspace: &mut Workspace, piece: &Piece, strand: Strand) -> Played {
        self.meter.start_over();
        self.on_thread(strand, || self.play_here(workspace, piece)).unwrap_or_else(|message| {
            Played::Failed(Box::new(ScriptError { message, faulty_script: false, ..ScriptError::nowhere(PROMPT) }))
        })
    }

    fn play_here(&self, workspace: &mut Workspace, piece: &Piece) -> Played {
        let before = workspace.scope.len();
        let result = self.evaluate(workspace, piece);
        // Whatever Rhai made of it on the way up, the reason for the stop counts.
        let stop = current::cancel().and_then(|cancel| cancel.reason());
        let played = match (result, stop) {
            (Ok(value), None) => {
                let value = if piece.is_silent { Dynamic::UNIT } else { value };
                workspace.keep(piece);
                return Played::Done { value: shown(&value), number: workspace.number(&value) };
            }
            (Err(error), None) => match limit_of(&error) {
                Some(stop) => Played::Stopped(stop, self.explain(workspace, &error)),
                None => Played::Failed(self.explain(workspace, &error)),
            },
            (Err(error), Some(stop)) if is_at_the_place(&error) => {
                let place = ScriptError { message: stop.to_string(), ..*self.explain(workspace, &error) };
                Played::Stopped(stop, Box::new(place))
            }
            (_, Some(stop)) => Played::Stopped(stop, Box::new(ScriptError::nowhere(PROMPT))),
        };
        workspace.scope.rewind(before);
        played
    }

    fn evaluate(&self, workspace: &mut Workspace, piece: &Piece) -> Fallible<Dynamic> {
        let whole = workspace.functions.merge(&piece.ast);
        twins::set_main(PROMPT, &whole);
        self.engine.eval_ast_with_scope::<Dynamic>(&mut workspace.scope, &whole)
    }

    fn explain(&self, workspace: &Workspace, error: &EvalAltResult) -> Box<ScriptError> {
        let mut read = self.read(error, PROMPT);
        if let Some(name) = missing_variable(error).filter(|_| read.help.is_none()) {
            let names: Vec<String> = workspace.variables().into_iter().map(|variable| variable.name).collect();
            read.message = format!("there is no variable `{name}`");
            read.help = did_you_mean(name, names.iter().map(String::as_str));
            read.word = Some(name.to_owned());
        }
        if let EvalAltResult::ErrorParsing(ParseErrorType::ModuleUndefined(name), _) = error.unwrap_inner() {
            read.help = self.how_to_import(workspace, name);
        }
        read
    }

    /// A module that would have that name, or has one like it.
    fn how_to_import(&self, workspace: &Workspace, name: &str) -> Option<String> {
        let paths = self.library.paths();
        let ends_so = |path: &&String| path.rsplit('/').next() == Some(name);
        if let Some(path) = paths.iter().find(ends_so) {
            return Some(format!("import \"{path}\" as {name};"));
        }
        let mut names: Vec<String> = workspace.imports.iter().map(|import| import.name.clone()).collect();
        names.extend(services::modules().chain(["json", "http"]).map(str::to_owned));
        did_you_mean(name, names.iter().map(String::as_str))
    }
}

fn missing_variable(error: &EvalAltResult) -> Option<&str> {
    match error.unwrap_inner() {
        EvalAltResult::ErrorVariableNotFound(name, _) => Some(name),
        EvalAltResult::ErrorParsing(ParseErrorType::VariableUndefined(name), _) => Some(name),
        _ => None,
    }
}

/// A value, or what it is when it has no form outside a script.
fn shown(value: &Dynamic) -> Result<Value, String> {
    to_value(value).map_err(|_| match value.type_name() {
        "Fn" => "a function".to_owned(),
        name => format!("a {name}"),
    })
}

/// The imports by a literal path at the top of a tree.
fn imports(ast: &AST) -> Vec<Import> {
    let import = |statement: &Stmt| match statement {
        Stmt::Import(import, _) => match &import.0 {
            Expr::StringConstant(path, _) => Some(Import { path: path.to_string(), name: import.1.name.to_string() }),
            _ => None,
        },
        _ => None,
    };
    ast.statements().iter().filter_map(import).collect()
}
