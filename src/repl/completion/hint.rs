//! The faint words behind the cursor: the only candidate, the next required
//! member, the rest of a signature.

use super::request::{self, Spot, operation_of};
use super::scan::{Bracket, Place, Scan};
use super::{Hint, command, complete, is_command};
use crate::api::{did_you_mean, operation};
use crate::repl::known::Known;
use crate::script::{ALL_PAGES, Function, service_module};

/// The next required member, the rest of a signature, or the only candidate.
/// Only at the end of a text: in the middle it would stand over what follows.
pub fn hint(text: &str, position: usize, known: &Known) -> Option<Hint> {
    if position < text.len() || text.trim().is_empty() {
        return None;
    }
    if is_command(text) {
        return if command::is_about_files(text, known) { None } else { only_candidate(text, known) };
    }
    let scan = Scan::new(text, position);
    match scan.place {
        Place::Nowhere => None,
        Place::Text(_) if scan.typed().is_empty() => None,
        Place::Text(_) => only_candidate(text, known),
        Place::Code if !scan.typed().is_empty() => only_candidate(text, known),
        Place::Code if let Some(slip) = slip(&scan) => Some(Hint { shown: format!(" {slip}"), insert: None }),
        Place::Code => match request::spot(&scan) {
            Some(Spot::Argument(operation)) if ends_with(&scan, "(") => {
                Some(Hint { shown: request::signature(operation), insert: None })
            }
            Some(Spot::Key { operation, structure, given }) => {
                let mut missing = request::ranked(structure, &given).into_iter().filter(|(_, member)| member.required);
                let (name, member) = missing.next()?;
                let others: Vec<&str> = missing.map(|(name, _)| name).collect();
                let also = if others.is_empty() { String::new() } else { format!(", then {}", others.join(", ")) };
                let note = request::note(operation.service().model(), member);
                Some(Hint { shown: format!("{name}: ({note}{also})"), insert: Some(format!("{name}: ")) })
            }
            Some(_) => None,
            None => call_signature(&scan, known),
        },
    }
}

/// A name just typed that there is not, while there is one much like it: an
/// operation before its bracket, a member before its colon.
fn slip(scan: &Scan) -> Option<String> {
    let name = scan.before.checked_sub(2)?;
    match scan.previous(scan.before) {
        "(" => {
            let (_, path) = scan.path_ending(name)?;
            let [module, method] = path[..] else { return None };
            let service = service_module(module)?;
            if method == ALL_PAGES || operation(service.module, method).is_some() {
                return None;
            }
            did_you_mean(method, service.operations.iter().map(|operation| operation.method))
        }
        ":" => {
            let structure = request::innermost_structure(scan)?;
            let name = scan.name_at(name)?;
            match structure.members.contains_key(name) {
                true => None,
                false => did_you_mean(name, structure.members.keys().map(String::as_str)),
            }
        }
        _ => None,
    }
}

fn ends_with(scan: &Scan, word: &str) -> bool {
    scan.previous(scan.before) == word
}

/// The rest of the only candidate that goes on as the text does.
fn only_candidate(text: &str, known: &Known) -> Option<Hint> {
    let found = complete(text, text.len(), known);
    let typed = text.get(found.start..)?;
    let mut fitting = found.candidates.iter().filter(|candidate| candidate.text.starts_with(typed));
    let (one, other) = (fitting.next()?, fitting.next());
    let rest = one.text.get(typed.len()..).filter(|rest| !rest.is_empty() && !typed.is_empty())?;
    if other.is_some() {
        return None;
    }
    Some(Hint { shown: rest.to_owned(), insert: Some(rest.to_owned()) })
}

/// Behind the opening bracket or a comma of a call: the params that are left.
fn call_signature(scan: &Scan, known: &Known) -> Option<Hint> {
    let frame = scan.frames.last().filter(|frame| frame.bracket == Bracket::Call)?;
    let fresh = ends_with(scan, "(") || ends_with(scan, ",");
    if !fresh || operation_of(scan, frame).is_some() {
        return None;
    }
    let (first, path) = scan.path_ending(frame.open.checked_sub(1)?)?;
    let is_method = matches!(scan.previous(first), "." | "?.");
    let forms: Vec<&Function> = match path[..] {
        [name] => {
            let own = known.functions.iter().filter(|function| function.name == name);
            own.chain(known.book.native("", name)).collect()
        }
        [module, name] => {
            let contents = known.imports.get(module).and_then(|path| known.book.module(path));
            let functions = contents.into_iter().flat_map(|contents| &contents.functions);
            functions.filter(|function| function.name == name).chain(known.book.native(module, name)).collect()
        }
        _ => Vec::new(),
    };
    let done = frame.commas + usize::from(is_method);
    let form = forms.into_iter().filter(|form| form.params.len() > done).min_by_key(|form| form.params.len())?;
    Some(Hint { shown: format!("{})", form.params[done..].join(", ")), insert: None })
}
