//! Where scripts are found: the project's `runbooks/`, then the user's folder,
//! then inside the binary. For `NAME@REV`, the project as it stood at that git
//! revision; for a resumed run, first the texts that it was started with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use super::fault::Misuse;
use crate::api::did_you_mean;
use crate::effect::outside;
use crate::journal::Loaded;
use crate::script::{Host, Library, Limits, Text};

static SCRIPTS: Dir = include_dir!("$CARGO_MANIFEST_DIR/scripts");
static STDLIB: Dir = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// Modules of the binary are imported below this name.
const STD: &str = "std/";
const ENDING: &str = ".rhai";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Project,
    User,
    BuiltIn,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Source::Project => "project",
            Source::User => "user",
            Source::BuiltIn => "built in",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Found {
    pub name: String,
    pub source: Source,
    pub text: Text,
    /// The revision that was asked for.
    pub revision: Option<Revision>,
}

#[derive(Clone, Debug, Default)]
pub struct Shelf {
    /// The project's root, where `rollbook.toml` stands.
    project: Option<PathBuf>,
    user: Option<PathBuf>,
    /// The project's files are those of this revision.
    revision: Option<Revision>,
    /// Texts that a run was started with.
    recorded: Arc<Vec<Loaded>>,
}

/// A git revision, as it was written and as git knows it.
#[derive(Clone, Debug)]
pub struct Revision {
    pub asked: String,
    pub commit: String,
}

impl Shelf {
    pub fn new(project: Option<PathBuf>, user: Option<PathBuf>) -> Shelf {
        Shelf { project, user, ..Shelf::default() }
    }

    pub fn project(&self) -> Option<&Path> {
        self.project.as_deref()
    }

    /// The shelf as a run found it that recorded these scripts.
    pub fn with_recorded(self, scripts: Vec<Loaded>) -> Shelf {
        Shelf { recorded: Arc::new(scripts), ..self }
    }

    /// The shelf and the name that `NAME@REV` means: the project at that revision.
    pub fn at_revision(self, name: &str) -> Result<(Shelf, String), Misuse> {
        let Some((name, asked)) = name.split_once('@').filter(|_| !name.ends_with(ENDING)) else {
            return Ok((self, name.to_owned()));
        };
        let root = self.project.clone().unwrap_or_else(|| PathBuf::from("."));
        let wanted = format!("{asked}^{{commit}}");
        let commit = outside::git(&root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).map_err(|why| {
            let misuse = Misuse::new(format!("there is no git revision `{asked}` in {}", root.display()));
            if why.is_empty() { misuse.hint("git log shows those that there are") } else { misuse.detail(why) }
        })?;
        let revision = Revision { asked: asked.to_owned(), commit: commit.trim().to_owned() };
        Ok((Shelf { revision: Some(revision), ..self }, name.to_owned()))
    }

    /// The newest recorded text under a path; the runbook itself has none.
    fn recorded(&self, path: Option<&str>) -> Option<Text> {
        let loaded = self.recorded.iter().rfind(|script| script.path.as_deref() == path)?;
        Some(Text { name: loaded.name.clone(), text: loaded.text.clone() })
    }

    /// A script host whose modules come from this shelf.
    pub fn host(&self, limits: Limits) -> Host {
        Host::new(limits, Arc::new(self.clone()))
    }

    fn folders(&self) -> impl Iterator<Item = (Source, PathBuf)> {
        let project = self.project.iter().map(|root| (Source::Project, root.join("runbooks")));
        project.chain(self.user.iter().map(|folder| (Source::User, folder.clone())))
    }

    /// The runbook of that name, or a file when the name is a path.
    pub fn find(&self, name: &str) -> Result<Found, Misuse> {
        if let Some(text) = self.recorded(None) {
            return Ok(Found { name: name.to_owned(), source: Source::Project, text, revision: None });
        }
        if name.ends_with(ENDING) {
            return read_path(name);
        }
        let safe = !name.split('/').any(|part| part.is_empty() || part.starts_with('.'));
        if let Some(found) = safe.then(|| self.look(name)).flatten() {
            return found;
        }
        if let Some(Revision { asked, .. }) = &self.revision {
            return Err(Misuse::new(format!("there is no runbook `{name}` in runbooks/ at {asked}"))
                .hint("only the project's own runbooks have revisions; built-in ones are the binary's"));
        }
        let names = self.names();
        let suggestion = did_you_mean(name, names.keys().map(String::as_str));
        Err(Misuse::new(format!("there is no runbook `{name}`"))
            .hint(suggestion.unwrap_or_else(|| "rollbook list shows those that there are".into())))
    }

    /// A file that is there and cannot be read is a fault, not a reason to
    /// take another.
    fn look(&self, name: &str) -> Option<Result<Found, Misuse>> {
        let file = format!("{name}{ENDING}");
        let of = |source, title: String, text| Found {
            name: name.to_owned(),
            source,
            text: Text { name: title, text },
            revision: self.revision.clone(),
        };
        if let Some(revision) = &self.revision {
            let text = self.show(revision, &format!("runbooks/{file}"))?;
            return Some(Ok(of(Source::Project, format!("runbooks/{file}@{}", revision.asked), text)));
        }
        for (source, folder) in self.folders() {
            let path = folder.join(&file);
            if outside::is_there(&path) {
                let text =
                    outside::read_text(&path).map_err(|error| Misuse::new(format!("cannot read {}: {error}", path.display())));
                return Some(text.map(|text| of(source, self.title(&path), text)));
            }
        }
        let text = SCRIPTS.get_file(&file)?.contents_utf8()?;
        Some(Ok(of(Source::BuiltIn, format!("scripts/{file}"), text.to_owned())))
    }

    fn show(&self, revision: &Revision, path: &str) -> Option<String> {
        let root = self.project.clone().unwrap_or_else(|| PathBuf::from("."));
        outside::git(&root, &["show", "--end-of-options", &format!("{}:./{path}", revision.commit)]).ok()
    }

    /// Every runbook by name, with the place that wins.
    pub fn names(&self) -> BTreeMap<String, Source> {
        let built_in = SCRIPTS.files().filter_map(|file| file.path().to_str()).map(|file| (Source::BuiltIn, file.to_owned()));
        let mut all: Vec<_> = built_in.collect();
        let mut folders: Vec<_> = self.folders().collect();
        folders.reverse();
        for (source, folder) in folders {
            all.extend(outside::file_names(&folder).into_iter().map(|file| (source, file)));
        }
        all.into_iter().filter_map(|(source, file)| Some((file.strip_suffix(ENDING)?.to_owned(), source))).collect()
    }

    /// The text that messages call by `title`: of a built-in script, a project's
    /// file or any other path.
    pub fn text_titled(&self, title: &str) -> Option<String> {
        if let Some(script) = self.recorded.iter().rfind(|script| script.name == title) {
            return Some(script.text.clone());
        }
        if let (Some(revision), Some((path, _))) = (&self.revision, title.split_once('@')) {
            return self.show(revision, path);
        }
        let built_in = |folder: &Dir, path: &str| Some(folder.get_file(path)?.contents_utf8()?.to_owned());
        if let Some(text) = title.strip_prefix("stdlib/").and_then(|path| built_in(&STDLIB, path)) {
            return Some(text);
        }
        if let Some(text) = title.strip_prefix("scripts/").and_then(|path| built_in(&SCRIPTS, path)) {
            return Some(text);
        }
        let in_project = self.project.as_ref().and_then(|root| outside::read_text(&root.join(title)).ok());
        in_project.or_else(|| outside::read_text(Path::new(title)).ok())
    }

    /// A path as a person would write it, from the project's root.
    fn title(&self, path: &Path) -> String {
        let short = self.project.as_ref().and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
        short.display().to_string()
    }
}

fn read_path(path: &str) -> Result<Found, Misuse> {
    let text = outside::read_text(Path::new(path)).map_err(|error| Misuse::new(format!("cannot read {path}: {error}")))?;
    let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let text = Text { name: path.to_owned(), text };
    Ok(Found { name: stem.unwrap_or_default(), source: Source::Project, text, revision: None })
}

impl Library for Shelf {
    fn module(&self, path: &str) -> Option<Text> {
        if let Some(text) = self.recorded(Some(path)) {
            return Some(text);
        }
        if let Some(name) = path.strip_prefix(STD) {
            let text = STDLIB.get_file(format!("{name}{ENDING}"))?.contents_utf8()?;
            return Some(Text { name: format!("stdlib/{name}{ENDING}"), text: text.to_owned() });
        }
        match self.look(path) {
            Some(found) => found.ok().map(|found| found.text),
            // What the revision lacks may still be in the binary.
            None => {
                let text = SCRIPTS.get_file(format!("{path}{ENDING}"))?.contents_utf8()?;
                Some(Text { name: format!("scripts/{path}{ENDING}"), text: text.to_owned() })
            }
        }
    }

    fn paths(&self) -> Vec<String> {
        let std = STDLIB.files().filter_map(|file| file.path().to_str()?.strip_suffix(ENDING).map(|name| format!("{STD}{name}")));
        std.chain(self.names().into_keys()).collect()
    }
}
