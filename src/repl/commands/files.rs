//! `:save`, `:edit`, `:load`: from the prompt to files and back.

use std::path::Path;

use super::Done;
use crate::effect::outside;
use crate::repl::save;
use crate::repl::session::{Next, Prompt};
use crate::runbook::{Misuse, state_folder};

pub(super) fn save(prompt: &mut Prompt, name: &str) -> Done {
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
    };
    if !name.split('/').all(is_name) {
        return Err(Misuse::new(format!("`{name}` is no name for a runbook")).hint(":save look-at-wallet"));
    }
    let text = save::runbook(prompt, name)?;
    let folder = prompt.shelf.project().unwrap_or(Path::new(".")).join("runbooks");
    let path = folder.join(format!("{name}.rhai"));
    let shown = format!("runbooks/{name}.rhai");
    if outside::is_there(&path) {
        let answer = (prompt.question)(&format!("{shown} is there already. Overwrite it? [y/N]"));
        match answer.as_deref().map(str::trim) {
            Some("y" | "Y" | "yes") => outside::remove_file(&path).map_err(|error| cannot_write(&shown, &error))?,
            _ => return Err(Misuse::new(format!("{shown} is there already; nothing was written")).hint("choose another name")),
        }
    }
    outside::create_text(&path, &text).map_err(|error| cannot_write(&shown, &error))?;
    let run = format!("rollbook run {name} {}", prompt.whereabouts.flags);
    prompt.screen.note(&format!("{shown} · rollbook check {name} · {}", run.trim_end()));
    Ok(Next::GoOn)
}

fn cannot_write(shown: &str, error: &std::io::Error) -> Misuse {
    Misuse::new(format!("cannot write {shown}: {error}"))
}

pub(super) fn load(prompt: &mut Prompt, path: &str) -> Done {
    if path.is_empty() {
        return Err(Misuse::new("which file?").hint(":load checks.rhai"));
    }
    let text = outside::read_text(Path::new(path)).map_err(|error| Misuse::new(format!("cannot read {path}: {error}")))?;
    prompt.play(&text)?;
    Ok(Next::GoOn)
}

pub(super) fn edit(prompt: &mut Prompt, _: &str) -> Done {
    let editor = outside::variable("VISUAL").or_else(|| outside::variable("EDITOR"));
    let editor = editor.ok_or_else(|| Misuse::new("no editor is known").hint("set EDITOR, as EDITOR=vi"))?;
    let before = prompt.last_entered().unwrap_or_default().to_owned();
    let path = state_folder()?.join(format!("prompt-{}.rhai", outside::process_id()));
    outside::write_private_text(&path, &format!("{before}\n"))
        .map_err(|error| cannot_write(&path.display().to_string(), &error))?;
    let edited = outside::edit(&editor, &path).and_then(|()| outside::read_text(&path).map_err(|error| error.to_string()));
    let _ = outside::remove_file(&path);
    let text = edited.map_err(Misuse::new)?;
    match text.trim() {
        "" => prompt.screen.note("nothing was saved, so nothing was played"),
        text => prompt.enter(text)?,
    }
    Ok(Next::GoOn)
}
