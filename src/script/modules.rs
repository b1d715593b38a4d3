//! `import "std/deploy" as deploy;`: finds, compiles and keeps modules, and
//! notes each text in the run's record.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{AST, ASTNode, Engine, EvalAltResult, Expr, FnNamespace, Module, ModuleResolver, Position, Scope, Shared, Stmt};

use super::current;
use super::failure::{Fallible, end, faulty};
use super::library::{Library, Text};
use super::twins::{self, Names};
use crate::effect::Stop;

pub(super) struct Resolver {
    library: Arc<dyn Library>,
    loaded: Mutex<BTreeMap<String, Shared<Module>>>,
    names: Mutex<Names>,
}

thread_local! {
    /// Modules whose own imports this thread is resolving. Another thread may
    /// be loading the same module without there being a circle.
    static OPENING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl Resolver {
    pub fn new(library: Arc<dyn Library>) -> Resolver {
        Resolver { library, loaded: Mutex::default(), names: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Shared<Module>>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn load(&self, engine: &Engine, path: &str, position: Position) -> Fallible<Shared<Module>> {
        let not_found = || EvalAltResult::ErrorModuleNotFound(path.to_owned(), position);
        let text = self.library.module(path).ok_or_else(not_found)?;
        note_script(path, &text, position)?;
        let ast = compile(engine, &text).map_err(|error| in_module(&text.name, error, position))?;
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        twins::refuse(&mut names, &text.name, &ast)
            .map_err(|twin| in_module(&text.name, faulty(twin, Position::NONE), position))?;
        drop(names);
        let module = Module::eval_ast_as_new(Scope::new(), &ast, engine);
        let mut module = module.map_err(|error| in_module(&text.name, error, position))?;
        publish_closures(&mut module);
        Ok(module.into())
    }
}

impl ModuleResolver for Resolver {
    fn resolve(&self, engine: &Engine, _source: Option<&str>, path: &str, position: Position) -> Fallible<Shared<Module>> {
        if let Some(module) = self.lock().get(path) {
            return Ok(module.clone());
        }
        enter(path, position)?;
        let module = self.load(engine, path, position);
        OPENING.with_borrow_mut(|opening| opening.pop());
        // Whoever loaded it first wins, so that all branches share one module.
        Ok(self.lock().entry(path.to_owned()).or_insert(module?).clone())
    }
}

fn enter(path: &str, position: Position) -> Fallible<()> {
    OPENING.with_borrow_mut(|opening| {
        if opening.iter().any(|open| open == path) {
            let circle = format!("modules import each other in a circle: {} → {path}", opening.join(" → "));
            return Err(in_module(path, faulty(circle, position), position));
        }
        opening.push(path.to_owned());
        Ok(())
    })
}

/// The tree of a text, which knows its own name for messages.
pub(super) fn compile(engine: &Engine, text: &Text) -> Fallible<AST> {
    let mut scope = Scope::new();
    for name in super::engine::GIVEN {
        scope.push_constant_dynamic(*name, rhai::Dynamic::UNIT);
    }
    let mut ast = engine.compile_with_scope(&scope, &text.text).map_err(|error| Box::new(EvalAltResult::from(error)))?;
    ast.set_source(&text.name);
    Ok(ast)
}

/// A closure that a module returns is called from outside it: without this it
/// is not found there.
fn publish_closures(module: &mut Module) {
    // Rhai tells a function's hash only to whoever sets it, so a scratch module does.
    let mut scratch = Module::new();
    let closures = module.iter_script_fn_info().filter(|(_, _, name, _, _)| name.starts_with("anon$"));
    let hashes: Vec<u64> = closures.map(|(.., definition)| scratch.set_script_fn(definition.clone())).collect();
    for hash in hashes {
        #[allow(deprecated)] // There is no other way to change it after the fact.
        module.update_fn_namespace(hash, FnNamespace::Global);
    }
    module.build_index();
}

fn note_script(path: &str, text: &Text, position: Position) -> Fallible<()> {
    let Some(strand) = current::strand() else {
        return Ok(());
    };
    strand.gate.note_script(Some(path), &text.name, &text.text).map_err(|stop: Stop| end(stop, position))
}

/// Every module that the tree imports by a literal path, and that those import.
pub(super) fn imports(engine: &Engine, library: &dyn Library, ast: &AST) -> BTreeMap<String, Text> {
    let mut found = BTreeMap::new();
    let mut trees = vec![ast.clone()];
    while let Some(tree) = trees.pop() {
        for path in literal_imports(&tree) {
            if let Some(text) = library.module(&path).filter(|_| !found.contains_key(&path)) {
                trees.extend(compile(engine, &text));
                found.insert(path, text);
            }
        }
    }
    found
}

fn literal_imports(ast: &AST) -> Vec<String> {
    let mut paths = Vec::new();
    ast.walk(&mut |nodes: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = nodes.last()
            && let Expr::StringConstant(path, _) = &import.0
        {
            paths.push(path.to_string());
        }
        true
    });
    paths
}

fn in_module(name: &str, error: Box<EvalAltResult>, position: Position) -> Box<EvalAltResult> {
    match error.as_ref() {
        EvalAltResult::ErrorInModule(..) => error,
        _ => EvalAltResult::ErrorInModule(name.to_owned(), error, position).into(),
    }
}
