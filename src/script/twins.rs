//! Functions of the same name in scripts that run together.
//!
//! Rhai remembers a function that it has found by its name and the number of
//! its arguments, and takes it again whichever script asks next (seen in 1.27,
//! private functions included). Two of one name would be taken for each other
//! without a word, so they are refused.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rhai::{AST, Stmt};

use super::library::Library;
use super::modules;

/// The script that has a function of this name with so many arguments.
#[derive(Default)]
pub(super) struct Names(BTreeMap<(String, usize), String>);

impl Names {
    /// Takes in the functions of a script; the first twin, as a message.
    pub fn add(&mut self, source: &str, functions: Vec<(String, usize)>) -> Result<(), String> {
        for function in functions {
            let other = self.0.entry(function.clone()).or_insert_with(|| source.to_owned());
            if other != source {
                let (name, arguments) = function;
                let many = if arguments == 1 { "argument" } else { "arguments" };
                return Err(format!(
                    "`{name}` with {arguments} {many} is a function of {other} and of {source}, and scripts that run \
                     together may not share one: rename yours"
                ));
            }
        }
        Ok(())
    }

    pub fn add_own(&mut self, source: &str, ast: &AST) -> Result<(), String> {
        self.add(source, functions(ast))
    }

    /// A script with everything that it imports.
    pub fn add_all(&mut self, engine: &rhai::Engine, library: &dyn Library, source: &str, ast: &AST) -> Result<(), String> {
        let known = self.0.values().any(|other| other == source);
        self.add(source, functions(ast))?;
        for path in if known { vec![] } else { imports(ast) } {
            let Some(text) = library.module(&path) else {
                continue;
            };
            if let Ok(module) = modules::compile(engine, &text) {
                self.add_all(engine, library, &text.name, &module)?;
            }
        }
        Ok(())
    }
}

thread_local! {
    /// The functions of the runbook itself, while it runs on this thread.
    static MAIN: RefCell<(String, Vec<(String, usize)>)> = const { RefCell::new((String::new(), Vec::new())) };
}

pub(super) fn set_main(source: &str, ast: &AST) {
    MAIN.set((source.to_owned(), functions(ast)));
}

/// Refuses a module that shares a function with the runbook or with one of
/// `others`.
pub(super) fn refuse(others: &mut Names, source: &str, ast: &AST) -> Result<(), String> {
    let own = functions(ast);
    MAIN.with_borrow(|(main, functions)| {
        let mut names = Names::default();
        names.add(main, functions.clone())?;
        names.add(source, own.clone())
    })?;
    others.add(source, own)
}

fn functions(ast: &AST) -> Vec<(String, usize)> {
    let named = ast.iter_functions().filter(|function| !function.name.starts_with("anon$"));
    named.map(|function| (function.name.to_owned(), function.params.len())).collect()
}

/// The literal paths that a script imports at its top.
fn imports(ast: &AST) -> Vec<String> {
    let literal = |statement: &Stmt| match statement {
        Stmt::Import(import, _) => match &import.0 {
            rhai::Expr::StringConstant(path, _) => Some(path.to_string()),
            _ => None,
        },
        _ => None,
    };
    ast.statements().iter().filter_map(literal).collect()
}
