//! The git revision of a project's runbooks, for the record.

use std::path::Path;

use crate::effect::outside;

#[derive(Clone, Debug, Default)]
pub(super) struct GitState {
    pub revision: Option<String>,
    /// A runbook or the configuration differs from the revision.
    pub dirty: bool,
}

/// Nothing where the project is not under git, or git is not there.
pub(super) fn look(project: Option<&Path>) -> GitState {
    let under_git = |root: &&Path| {
        let root = outside::absolute(root);
        root.ancestors().any(|folder| outside::is_there(&folder.join(".git")))
    };
    let Some(root) = project.filter(under_git) else { return GitState::default() };
    let arguments = ["status", "--porcelain=v2", "--branch", "--", "runbooks", "rollbook.toml"];
    let Ok(text) = outside::git(root, &arguments) else { return GitState::default() };
    let revision = text.lines().find_map(|line| line.strip_prefix("# branch.oid ")).filter(|oid| *oid != "(initial)");
    GitState { revision: revision.map(str::to_owned), dirty: text.lines().any(|line| !line.starts_with('#')) }
}
