//! The repository holds itself to the rules of its house.

use std::path::{Path, PathBuf};

/// The floors, from the ground up; a file may use its own floor and lower ones.
/// `report` reads the journal and is used from above; it may not look at
/// effects.
const FLOORS: &[(&str, u8)] = &[
    ("value", 0),
    ("api", 1),
    ("journal", 1),
    ("outside", 1),
    ("store", 2),
    ("sim", 2),
    ("aws", 2),
    ("effect", 3),
    ("script", 4),
    ("report", 5),
    ("runbook", 6),
    ("rehearse", 7),
    ("repl", 8),
    ("cli", 9),
];

fn sources(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().ends_with(ending) => {
                    let text = std::fs::read_to_string(&path).expect("a text file");
                    found.push((path.strip_prefix(root).unwrap().to_owned(), text));
                }
                false => {}
            }
        }
    }
    found
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(floor, _)| *floor == name).map(|(_, height)| *height)
}

#[test]
fn arrows_between_floors_point_down() {
    let mut seen = 0;
    for (path, text) in sources("src", ".rs") {
        let Some(own) = path.components().nth(1).map(|part| part.as_os_str().to_string_lossy().into_owned()) else { continue };
        let Some(height) = floor(&own) else { continue };
        for (number, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1).filter_map(|rest| rest.split([':', ';', '{', ' ', '(']).next()) {
                seen += 1;
                let Some(other) = floor(used) else { continue };
                let sideways = other == height && used != own;
                assert!(other <= height && !sideways, "{}:{}: {own} may not use {used}", path.display(), number + 1);
            }
        }
    }
    assert!(seen > 100, "the test reads the sources");
}

#[test]
fn only_one_room_touches_the_clock_randomness_and_the_environment() {
    let wild = [
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "std::env::var",
        "env::current_dir",
        "getrandom::",
        "std::fs::",
        "fs::read",
        "fs::File",
    ];
    for (path, text) in sources("src", ".rs") {
        if path.starts_with("src/outside") {
            continue;
        }
        for word in wild {
            assert!(!text.contains(word), "{} uses {word}: that is for src/outside", path.display());
        }
    }
}

#[test]
fn only_script_knows_rhai_and_only_aws_knows_the_sdk() {
    for (path, text) in sources("src", ".rs") {
        if !path.starts_with("src/script") {
            assert!(!text.contains("rhai::"), "{} knows Rhai", path.display());
        }
        if !path.starts_with("src/aws") {
            assert!(!text.contains("aws_sdk_") && !text.contains("aws_smithy"), "{} knows the SDK", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_readable() {
    let mut files = sources("src", ".rs");
    files.extend(sources("tests", ".rs"));
    files.extend(sources("scripts", ".rhai"));
    files.extend(sources("stdlib", ".rhai"));
    for (path, text) in files {
        assert!(text.starts_with("//!"), "{} has no header", path.display());
        assert!(text.lines().count() <= 500, "{} has more than 500 lines", path.display());
    }
}

#[test]
fn secrets_are_revealed_in_few_places() {
    let allowed = [
        "src/value/secret.rs",
        "src/value/filter.rs",
        "src/effect/vault.rs",
        "src/effect/local.rs",
        "src/api/codec",
        "src/sim",
        "src/script/natives/secret.rs",
        "src/script/natives/dotenv.rs",
    ];
    for (path, text) in sources("src", ".rs") {
        let free = allowed.iter().any(|place| path.starts_with(place));
        assert!(free || !text.contains(".reveal()"), "{} looks into a secret", path.display());
    }
}
