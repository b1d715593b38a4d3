//! `:run deploy image=web:v42`: a runbook, in the environment of the prompt,
//! as a run of its own. One that may write needs an armed prompt.

use super::Done;
use crate::repl::session::{Next, Prompt};
use crate::repl::telling::{is_telling, tells_a_secret};
use crate::runbook::{Book, Header, Misuse, Param, is_secret_source};

/// Options of a run itself, beside the params of its header.
const OPTIONS: &[&str] = &["env", "params", "output", "confirm", "scenario", "region", "profile", "service", "cluster"];

pub(super) fn run(prompt: &mut Prompt, text: &str) -> Done {
    let words = split(text)?;
    let Some((name, params)) = words.split_first() else {
        return Err(Misuse::new("which runbook?").hint(":run deploy image=…; rollbook list shows those that there are"));
    };
    let found = prompt.shelf.find(name)?;
    let book = Book::open(&prompt.host, found)?;
    let is_look = book.header.is_look_where(|param| params.iter().any(|word| gives(word, param)));
    if book.header.writes() && !is_look && !prompt.is_armed() {
        let what = format!("{name} may write ({}), and this prompt is read-only", book.header.permits.join(", "));
        let again = match holds_a_secret(&words, Some(&book.header)) {
            true => "the same line again".into(),
            false => format!(":run {text}"),
        };
        return Err(Misuse::new(what).hint(format!("{} allows writes; then {again}", prompt.arm_words())).refused());
    }
    let mut command = vec![name.clone()];
    command.extend(params.iter().map(|word| flag(word)));
    command.extend(prompt.whereabouts.flags.split_whitespace().map(str::to_owned));
    if let Some(environment) = prompt.whereabouts.name.as_ref().filter(|_| prompt.whereabouts.protected && prompt.is_armed()) {
        command.extend(["--confirm".to_owned(), environment.clone()]);
    }
    // It may have changed what completing knows.
    let ended = (prompt.runner)(command);
    prompt.known().live.forget();
    match ended? {
        0 => Ok(Next::GoOn),
        code => {
            prompt.note_exit(code);
            Ok(Next::GoOn)
        }
    }
}

/// Whether a word gives the param a value that says anything.
fn gives(word: &str, param: &str) -> bool {
    let word = flag(word);
    let (name, value) = word.split_once('=').unwrap_or((&word, ""));
    name == format!("--{}", param.replace('_', "-")) && value != "false"
}

/// Whether a line runs a runbook and has a secret among its words.
pub fn gives_a_secret(prompt: &Prompt, line: &str) -> bool {
    let Some(text) = line.trim_start().strip_prefix(":run").filter(|rest| rest.starts_with(char::is_whitespace)) else {
        return false;
    };
    // A quote that is not closed hides where its word ends.
    let Ok(words) = split(text) else { return true };
    let known = prompt.known();
    words.first().is_some_and(|name| holds_a_secret(&words, known.book.runbook(name)))
}

/// Whether the words behind `:run`, a runbook's name first, have a secret among
/// them. Of a runbook or a param that is not known, nobody can say.
fn holds_a_secret(words: &[String], header: Option<&Header>) -> bool {
    let Some(header) = header else { return words.len() > 1 };
    words.iter().enumerate().skip(1).any(|(at, word)| {
        let bare = word.trim_start_matches('-');
        let is_flag = bare.len() < word.len() && !bare.is_empty();
        let (name, value) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (bare, words.get(at + 1).filter(|next| is_flag && !next.starts_with("--")).map(String::as_str)),
        };
        let name = name.replace('-', "_");
        let param = header.params.iter().find(|param| param.name == name);
        // `tok x`, which is no way to give it, gives it away as well.
        let value = value.or_else(|| words.get(at + 1).filter(|_| param.is_some_and(is_guarded)).map(String::as_str));
        let is_value = !is_flag && at > 1 && words[at - 1].starts_with("--") && !words[at - 1].contains('=');
        match (param, value) {
            (_, None) => false,
            (Some(param), Some(value)) => is_given_away(param, value),
            // `--set KEY=x`: judged with its flag.
            (None, Some(value)) => !is_value && !OPTIONS.contains(&name.as_str()) || tells_a_secret(value),
        }
    })
}

fn is_guarded(param: &Param) -> bool {
    param.secret || param.concealed
}

fn is_given_away(param: &Param, value: &str) -> bool {
    match param.secret {
        true => !is_secret_source(param, value),
        false => param.concealed || is_telling(&param.name) || tells_a_secret(value),
    }
}

/// `image=x` as the command line has it, and `force` as `--force`.
fn flag(word: &str) -> String {
    match word.split_once('=') {
        _ if word.starts_with('-') => word.to_owned(),
        Some((name, value)) => format!("--{}={value}", name.replace('_', "-")),
        None => format!("--{}", word.replace('_', "-")),
    }
}

/// Words as a shell splits them: quotes keep spaces.
fn split(text: &str) -> Result<Vec<String>, Misuse> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err(Misuse::new("a quote is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::ParamType;

    #[test]
    fn words_become_flags() {
        let words = split("deploy image=web:v42 note='two words' force max_failed_tasks=2 --bake=5m").unwrap();
        let flags: Vec<String> = words[1..].iter().map(|word| flag(word)).collect();
        assert_eq!(flags, ["--image=web:v42", "--note=two words", "--force", "--max-failed-tasks=2", "--bake=5m"]);
        assert!(split("a 'b").is_err());
    }

    #[test]
    fn words_of_a_run_are_judged_by_its_header() {
        let param = |name: &str, kind, secret, concealed| Param {
            name: name.into(),
            kind,
            default: None,
            required: false,
            help: String::new(),
            choices: Vec::new(),
            secret,
            concealed,
        };
        let params = vec![
            param("tok", ParamType::Text, true, false),
            param("set", ParamType::Map, false, true),
            param("keys", ParamType::Map, true, false),
            param("image", ParamType::Text, false, false),
        ];
        let header = Header { params, ..Header::default() };
        let gives = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            holds_a_secret(&words, Some(&header))
        };
        for line in [
            "r --tok x",
            "r --tok=x",
            "r tok=x",
            "r tok x",
            "r --set A=x",
            "r --set=A=x",
            "r set=A=x",
            "r --keys A=x",
            "r --tokk x",
            "r --sett A=x",
            "r --image a A=x",
            "r image=https://a:b@c/",
        ] {
            assert!(gives(line), "{line}");
        }
        for line in [
            "r",
            "r --tok env:A",
            "r tok=file:a",
            "r --tok -",
            "r --keys A=prompt",
            "r keys=A=env:B",
            "r image=web:v42 yes",
            "r --image web:v42",
            "r --env prod --params a.toml",
            "r --yes",
        ] {
            assert!(!gives(line), "{line}");
        }
        assert!(holds_a_secret(&["unknown".into(), "a=b".into()], None));
    }
}
