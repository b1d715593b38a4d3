//! Other programs: git, for the revisions of runbooks; an editor and a pager,
//! for a person at a prompt.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// What git prints, or what it complains of.
pub fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    // A look must not take git's own locks from somebody at work.
    command.env("GIT_OPTIONAL_LOCKS", "0");
    let output = command.output().map_err(|error| format!("git cannot be run: {error}"))?;
    match output.status.success() {
        true => String::from_utf8(output.stdout).map_err(|_| "git printed something that is no text".into()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

/// Lets a person edit a file. The editor's name may have options behind it.
pub fn edit(editor: &str, path: &Path) -> Result<(), String> {
    let mut words = editor.split_whitespace();
    let program = words.next().ok_or("no editor is named")?;
    let status = Command::new(program).args(words).arg(path).status();
    match status.map_err(|error| format!("{program} cannot be run: {error}"))? {
        status if status.success() => Ok(()),
        status => Err(format!("{program} ended with {status}; nothing was played")),
    }
}

/// Shows a text page by page; whether that was possible.
pub fn page(text: &str) -> bool {
    let pager = super::variable("PAGER").unwrap_or_else(|| "less -FRX".into());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return false };
    let started = Command::new(program).args(words).stdin(Stdio::piped()).spawn();
    let Ok(mut child) = started else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Whoever has seen enough closes it.
        let _ = input.write_all(text.as_bytes()).and_then(|()| input.write_all(b"\n"));
    }
    child.wait().is_ok_and(|status| status.code() != Some(127))
}
