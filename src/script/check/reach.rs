//! Which writes a function of a module may come to: its own, and those of the
//! functions that it calls, in its module and in those that this one imports.
//! Whether a run gets there depends on values, so that it is only possible.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Stmt};

use crate::api::{FILE_WRITE, HTTP, Operation, http_operations};
use crate::script::modules;
use crate::script::program::Host;
use crate::script::services::{ALL, service_named};

/// IAM actions, each with the operation as messages name it.
pub(super) type Writes = BTreeMap<String, String>;

/// The modules that were read so far, by the paths of their imports; nothing
/// where one was not found or does not compile.
#[derive(Default)]
pub(super) struct Reach {
    modules: BTreeMap<String, Option<Module>>,
}

struct Module {
    /// Paths by alias.
    imports: BTreeMap<String, String>,
    /// The bodies of one name and all its numbers of arguments together.
    functions: BTreeMap<String, Body>,
}

#[derive(Default)]
struct Body {
    writes: Writes,
    /// Functions of the same module.
    own: BTreeSet<String>,
    /// By the alias of the module.
    others: BTreeSet<(String, String)>,
}

impl Reach {
    /// The writes that `function` of the module at `path` may come to.
    pub fn writes(&mut self, host: &Host, path: &str, function: &str) -> Writes {
        let mut found = Writes::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(path.to_owned(), function.to_owned())];
        while let Some((path, function)) = open.pop() {
            if !seen.insert((path.clone(), function.clone())) {
                continue;
            }
            let Some(module) = self.module(host, &path) else { continue };
            let Some(body) = module.functions.get(&function) else { continue };
            found.extend(body.writes.clone());
            open.extend(body.own.iter().map(|name| (path.clone(), name.clone())));
            let others = body.others.iter().filter_map(|(alias, name)| Some((module.imports.get(alias)?.clone(), name.clone())));
            open.extend(others);
        }
        found
    }

    fn module(&mut self, host: &Host, path: &str) -> Option<&Module> {
        let read = || {
            let text = host.library.module(path)?;
            Some(Module::read(&modules::compile(&host.engine, &text).ok()?))
        };
        self.modules.entry(path.to_owned()).or_insert_with(read).as_ref()
    }
}

impl Module {
    fn read(ast: &AST) -> Module {
        let mut imports = BTreeMap::new();
        ast.walk(&mut |nodes: &[ASTNode]| {
            if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = nodes.last()
                && let Expr::StringConstant(path, _) = &import.0
            {
                imports.insert(import.1.name.to_string(), path.to_string());
            }
            true
        });
        // A closure stands within a function, and what it does is that one's.
        let named = ast.shared_lib().iter_script_fn_info().filter(|(_, _, name, ..)| !name.starts_with("anon$"));
        let bodies = named.map(|(_, _, name, _, function)| (name, function.body.start_position()..=function.body.end_position()));
        let bodies: Vec<_> = bodies.collect();
        let mut functions: BTreeMap<String, Body> = BTreeMap::new();
        ast.walk(&mut |nodes: &[ASTNode]| {
            if let Some(ASTNode::Expr(Expr::FnCall(call, position) | Expr::MethodCall(call, position))) = nodes.last()
                && let Some((name, _)) = bodies.iter().find(|(_, body)| body.contains(position))
            {
                functions.entry((*name).to_owned()).or_default().call(call, &imports);
            }
            true
        });
        Module { imports, functions }
    }
}

impl Body {
    fn call(&mut self, call: &FnCallExpr, imports: &BTreeMap<String, String>) {
        let name = call.name.as_str();
        let spaces: Vec<&str> = call.namespace.path.iter().map(|space| space.name.as_str()).collect();
        match spaces.as_slice() {
            [] if name == "write_file" => drop(self.writes.insert(FILE_WRITE.into(), name.into())),
            [] => drop(self.own.insert(name.to_owned())),
            [alias] if imports.contains_key(*alias) => drop(self.others.insert(((*alias).to_owned(), name.to_owned()))),
            [HTTP] => {
                http_operations().into_iter().filter(|operation| operation.method == name).for_each(|found| self.send(found))
            }
            [module] | [module, ALL] => {
                service_named(module).and_then(|service| service.operation(name)).into_iter().for_each(|found| self.send(found));
            }
            _ => {}
        }
    }

    fn send(&mut self, operation: &Operation) {
        if operation.is_write() {
            self.writes.insert(operation.action(), operation.to_string());
        }
    }
}
