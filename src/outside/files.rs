//! Files of the user's own that a run writes: replaced whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use super::{folder_of, random_u64, write_private_text};

/// Writes a file that only its owner may read, whatever stood there before.
pub fn replace_private(path: &Path, text: &str) -> io::Result<()> {
    refuse_without_folder(path)?;
    write_private_text(&behind_links(path), text)
}

/// Writes a file that others may read as they may read any other of its owner's.
pub fn replace_text(path: &Path, text: &str) -> io::Result<()> {
    refuse_without_folder(path)?;
    let path = behind_links(path);
    let fresh = path.with_extension(format!("{:08x}.tmp", random_u64() as u32));
    let written = std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, &path));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&fresh);
    })
}

/// A folder that is not there is more likely a slip than meant.
fn refuse_without_folder(path: &Path) -> io::Result<()> {
    match folder_of(path).filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()))),
        None => Ok(()),
    }
}

/// A link stays one: the file that it leads to is replaced.
fn behind_links(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
