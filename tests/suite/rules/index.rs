//! All numbered rules in one list: each number once, each with its sentence.
//! They stand where they can be tested: here, and beside the simulator those
//! that need a look inside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where rules may stand.
const PLACES: &[&str] = &["tests/suite/rules", "src/sim"];
const LIST: &str = "tests/rules.txt";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// `E12` of `/// E12 A deployment …`, as letter and number.
fn number(line: &str) -> Option<(char, u32)> {
    let word = line.trim_start().strip_prefix("/// ")?.split_whitespace().next()?;
    let letter = word.chars().next().filter(char::is_ascii_uppercase)?;
    let digits = word[1..].trim_end_matches([':', '.']);
    Some((letter, digits.parse().ok()?))
}

/// The sentence after the number, over all lines of the comment.
fn sentence(lines: &[&str]) -> String {
    let text = lines.iter().map_while(|line| line.trim_start().strip_prefix("///"));
    let words = text.flat_map(str::split_whitespace).skip(1).collect::<Vec<_>>();
    words.join(" ")
}

#[test]
fn every_rule_has_a_number_of_its_own_and_stands_in_the_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rules = BTreeMap::new();
    for path in PLACES.iter().flat_map(|place| files(&root.join(place))) {
        let text = std::fs::read_to_string(&path).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(number) = number(line) else { continue };
            let after = lines[at..].iter().take(12);
            let tested = after.clone().any(|line| line.contains("#[test]")) || lines[..at].last() == Some(&"    #[test]");
            assert!(tested, "{number:?} of {} has no test below it", path.display());
            let other = rules.insert(number, sentence(&lines[at..]));
            assert!(other.is_none(), "{number:?} is given twice, the second time in {}", path.display());
        }
    }
    let list: String = rules.iter().map(|((letter, number), text)| format!("{letter}{number} {text}\n")).collect();
    let kept = root.join(LIST);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always") {
        std::fs::write(&kept, &list).expect("the list can be written");
    }
    assert!(rules.len() > 300, "{}", rules.len());
    assert_eq!(std::fs::read_to_string(&kept).unwrap_or_default(), list, "INSTA_UPDATE=always writes {LIST} anew");
}
