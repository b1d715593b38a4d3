//! One walk over the tree, which collects what the checks need to know.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::functions::{self, Signatures};
use super::reach::Reach;
use super::{Declared, Finding, Severity, requests};
use crate::api::{FILE_WRITE, HTTP, Operation, did_you_mean, http_operations};
use crate::script::library::Text;
use crate::script::program::{Host, Program};
use crate::script::services::{self, ALL, service_named};
use crate::script::twins::Names;

pub(super) fn walk(host: &Host, program: &Program, declared: Option<&Declared>) -> Vec<Finding> {
    let mut walker = Walker {
        host,
        source: &program.text.name,
        signatures: functions::global(host, program),
        imports: BTreeMap::new(),
        paths: BTreeMap::new(),
        reach: Reach::default(),
        names: Names::default(),
        findings: Vec::new(),
        used: BTreeSet::new(),
        args_whole: false,
        declared,
    };
    // Its own functions are the first of their names.
    let _ = walker.names.add_own(&program.text.name, &program.ast);
    // Imports first: a function may stand above the import that it uses.
    program.ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, position))) = path.last() {
            walker.import(&import.0, import.1.name.as_str(), *position);
        }
        true
    });
    program.ast.walk(&mut |path: &[ASTNode]| {
        walker.node(path);
        true
    });
    walker.unused_params();
    walker.findings
}

struct Walker<'a> {
    host: &'a Host,
    source: &'a str,
    signatures: Signatures,
    /// By alias; nothing where the path is not literal or was not found.
    imports: BTreeMap<String, Option<Signatures>>,
    /// The paths of the modules, by alias.
    paths: BTreeMap<String, String>,
    reach: Reach,
    /// The functions of the script and of all that it imports.
    names: Names,
    findings: Vec<Finding>,
    /// Members of `args` that the script reads.
    used: BTreeSet<String>,
    /// `args` is also handed on whole, so that nobody can say what is unused.
    args_whole: bool,
    declared: Option<&'a Declared<'a>>,
}

impl Walker<'_> {
    fn error(&mut self, position: Position, message: String, word: &str, help: Option<String>) {
        let finding = Finding::error(self.source, position, message);
        self.findings.push(Finding { word: Some(word.to_owned()), help, ..finding });
    }

    fn import(&mut self, path: &Expr, alias: &str, position: Position) {
        let Expr::StringConstant(path, _) = path else {
            self.imports.insert(alias.to_owned(), None);
            return;
        };
        self.paths.insert(alias.to_owned(), path.to_string());
        let module = self.host.library.module(path);
        if module.is_none() {
            let paths = self.host.library.paths();
            let help = did_you_mean(path, paths.iter().map(String::as_str));
            self.error(position, format!("there is no module \"{path}\""), path, help);
        }
        if let Some(text) = &module {
            self.refuse_twins(path, text, position);
        }
        let signatures = module.and_then(|text| functions::of_module(self.host, &text));
        self.imports.insert(alias.to_owned(), signatures);
    }

    /// Nothing that runs together may have a function of the same name.
    fn refuse_twins(&mut self, path: &str, text: &Text, position: Position) {
        let Ok(program) = self.host.compile(text.clone()) else {
            return;
        };
        let (engine, library) = (&self.host.engine, self.host.library.as_ref());
        if let Err(twin) = self.names.add_all(engine, library, &text.name, &program.ast) {
            self.error(position, twin, path, None);
        }
    }

    fn node(&mut self, path: &[ASTNode]) {
        match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, position))) => self.call(call, *position, false),
            Some(ASTNode::Expr(Expr::MethodCall(call, position))) => self.call(call, *position, true),
            Some(ASTNode::Expr(Expr::Dot(pair, _, _))) => self.member(&pair.lhs, &pair.rhs),
            Some(ASTNode::Expr(Expr::Variable(variable, ..))) if variable.1 == "args" => {
                let above = path.len().checked_sub(2).and_then(|above| path.get(above));
                self.args_whole |= !matches!(above, Some(ASTNode::Expr(Expr::Dot(..))));
            }
            _ => {}
        }
    }

    /// `args.image`, `args.image.len()`: a param by its name.
    fn member(&mut self, left: &Expr, right: &Expr) {
        let Expr::Variable(variable, ..) = left else {
            return;
        };
        let property = match right {
            Expr::Property(..) => Some(right),
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => Some(&pair.lhs),
            _ => None,
        };
        let (Some(Expr::Property(names, position)), "args") = (property, variable.1.as_str()) else {
            return;
        };
        let name = names.2.to_string();
        if let Some(declared) = self.declared.filter(|declared| !declared.params.contains(&name)) {
            let help = did_you_mean(&name, declared.params.iter().map(String::as_str));
            self.error(*position, format!("the header declares no param `{name}`"), &name, help);
        }
        self.used.insert(name);
    }

    fn call(&mut self, call: &FnCallExpr, position: Position, method: bool) {
        let spaces: Vec<&str> = call.namespace.path.iter().map(|space| space.name.as_str()).collect();
        match spaces.as_slice() {
            [] => self.plain_call(call, position, method),
            [module] | [module, ALL] if service_named(module).is_some() && !self.imports.contains_key(*module) => {
                self.service_call(module, spaces.len() == 2, call, position);
            }
            [module @ ("json" | "dotenv" | HTTP)] if !self.imports.contains_key(*module) => {
                let known = functions::of_namespace(self.host, module);
                self.judge_call(module, &known, call, position);
                let operation = http_operations().into_iter().find(|operation| *module == HTTP && operation.method == call.name);
                operation.into_iter().for_each(|operation| self.refuse_unpermitted(operation, &call.name, position));
            }
            [alias] => self.module_call(alias, call, position),
            _ => {}
        }
    }

    fn plain_call(&mut self, call: &FnCallExpr, position: Position, method: bool) {
        let name = call.name.as_str();
        if name == "write_file" {
            self.refuse_unless_permitted(FILE_WRITE, name, name, position);
        }
        let arguments = call.args.len() + usize::from(method);
        let Some(problem) = functions::problem(&self.signatures, name, arguments) else {
            return;
        };
        self.error(position, problem.message, name, problem.help);
    }

    fn module_call(&mut self, alias: &str, call: &FnCallExpr, position: Position) {
        let Some(signatures) = self.imports.get(alias) else {
            let mut modules: Vec<&str> = services::modules().chain(["json", "dotenv", HTTP]).collect();
            modules.extend(self.imports.keys().map(String::as_str));
            let help = did_you_mean(alias, modules);
            return self.error(position, format!("there is no module `{alias}`"), alias, help);
        };
        if let Some(known) = signatures.clone() {
            self.judge_call(alias, &known, call, position);
            self.warn_of_writes(alias, &call.name, position);
        }
    }

    /// It may write what the header does not permit, if the run gets there.
    fn warn_of_writes(&mut self, alias: &str, name: &str, position: Position) {
        let (Some(declared), Some(path)) = (self.declared, self.paths.get(alias)) else {
            return;
        };
        let writes = self.reach.writes(self.host, path, name);
        for (action, what) in writes.into_iter().filter(|(action, _)| !declared.permits.contains(action)) {
            let message = format!("{alias}::{name} may come to {what}, a write that the header does not permit");
            let help = Some(format!("add \"{action}\" to `permits` in the header"));
            let finding = Finding::error(self.source, position, message);
            self.findings.push(Finding { severity: Severity::Warning, word: Some(name.to_owned()), help, ..finding });
        }
    }

    fn judge_call(&mut self, module: &str, known: &Signatures, call: &FnCallExpr, position: Position) {
        if let Some(problem) = functions::problem(known, &call.name, call.args.len()) {
            self.error(position, format!("{module}: {}", problem.message), &call.name, problem.help);
        }
    }

    fn service_call(&mut self, module: &str, all: bool, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        let service = service_named(module).expect("asked before");
        let Some(operation) = service.operation(name) else {
            let help = did_you_mean(name, service.operations.iter().map(|operation| operation.method));
            return self.error(position, format!("{} has no operation `{name}`", service.module), name, help);
        };
        if all && operation.page().is_none() {
            let help = Some(format!("it answers in one piece: call {module}::{name}"));
            return self.error(position, format!("{operation} has no pages to gather"), name, help);
        }
        match call.args.as_slice() {
            [] | [_] => {}
            more => {
                self.error(position, format!("{operation} takes one map of members, not {} arguments", more.len()), name, None)
            }
        }
        self.refuse_unpermitted(operation, name, position);
        let found = requests::check(operation, call.args.first(), position);
        for (position, fault) in found {
            let word = requests::last_name(&fault.path);
            let help = fault.suggestion.map(|name| format!("did you mean `{name}`?"));
            self.error(position, fault.message, &word, help);
        }
    }

    fn refuse_unpermitted(&mut self, operation: &Operation, name: &str, position: Position) {
        if operation.is_write() {
            self.refuse_unless_permitted(&operation.action(), &operation.to_string(), name, position);
        }
    }

    fn refuse_unless_permitted(&mut self, action: &str, what: &str, name: &str, position: Position) {
        if self.declared.is_some_and(|declared| !declared.permits.iter().any(|permit| permit == action)) {
            let help = Some(format!("add \"{action}\" to `permits` in the header"));
            self.error(position, format!("{what} is a write that the header does not permit"), name, help);
        }
    }

    fn unused_params(&mut self) {
        if self.args_whole {
            return;
        }
        for name in self.declared.map(|declared| declared.params).unwrap_or_default() {
            if !self.used.contains(name) {
                let message = format!("the param `{name}` is declared and never used");
                let finding = Finding::error(self.source, Position::NONE, message);
                self.findings.push(Finding { severity: Severity::Warning, word: Some(name.clone()), ..finding });
            }
        }
    }
}
