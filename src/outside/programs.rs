//! Other programs: git, for the revisions of runbooks.

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
