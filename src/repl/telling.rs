//! Names that give a value away as a secret, by their words: `DB_PASSWORD2`,
//! `x-api-key`, `accessToken`. And texts that say so themselves.

/// In any name, wherever they stand in it, as in `dbpassword`.
const ANYWHERE: &[&str] = &["password", "passwd", "passphrase", "secret", "credential", "apikey", "accesskey", "privatekey"];

/// As a word of a name.
const WORDS: &[&str] =
    &["pass", "passcode", "pwd", "pw", "token", "tokens", "authorization", "auth", "bearer", "cookie", "signature", "otp"];

/// A `key` behind one of these opens something.
const OF_KEYS: &[&str] =
    &["api", "access", "private", "secret", "signing", "encryption", "master", "auth", "shared", "license", "ssh"];

/// A `token` behind one of these is AWS's own, and opens nothing.
const OF_PAGES: &[&str] = &["next", "previous", "client", "request", "continuation", "page", "forward", "backward", "start"];

/// At its end, the name is that of an address.
const ADDRESSES: &[&str] = &["id", "ids", "arn", "arns", "name", "names"];

pub fn is_telling(name: &str) -> bool {
    let words = words(name);
    let before = |at: usize| at.checked_sub(1).map_or("", |before| words[before].as_str());
    let tells = |at: usize| match words[at].as_str() {
        "token" | "tokens" => !OF_PAGES.contains(&before(at)),
        "key" | "keys" => OF_KEYS.contains(&before(at)),
        word => {
            WORDS.contains(&word) || word.len() > 5 && word.ends_with("token") && !OF_PAGES.contains(&&word[..word.len() - 5])
        }
    };
    let joined = words.concat();
    let mut anywhere = ANYWHERE.iter().filter(|part| joined.contains(**part)).peekable();
    let is_address = words.last().is_some_and(|last| ADDRESSES.contains(&last.as_str()));
    match anywhere.peek() {
        // `secret_id` says where it is.
        Some(_) => !is_address || anywhere.any(|part| *part != "secret"),
        None => (0..words.len()).any(tells),
    }
}

/// `dbPassword2` and `DB_PASSWORD2` are `db`, `password`, `2`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let begins = before.is_some_and(|before| {
            let is_hump = letter.is_uppercase() && (before.is_lowercase() || after.is_some_and(|after| after.is_lowercase()));
            is_hump || before.is_numeric() != letter.is_numeric()
        });
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("there is one").extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `Bearer x`, `https://user:x@host`, `a?api_key=x`, `{"password": "x"}`
pub fn tells_a_secret(text: &str) -> bool {
    let follows = |start: &str| {
        let places = text.match_indices(start).map(|(at, _)| &text[at + start.len()..]);
        places.into_iter().any(|rest| rest.starts_with(|next: char| next.is_alphanumeric()))
    };
    let has_user = || {
        let authority = text.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
        authority.and_then(|host| host.rsplit_once('@')).is_some_and(|(user, _)| user.contains(':'))
    };
    ["Bearer ", "Basic ", "hooks.slack.com/services/"].iter().any(|start| follows(start))
        || text.contains("PRIVATE KEY-----")
        || has_user()
        || text.match_indices(['=', ':']).any(|(at, mark)| is_setting(&text[..at], mark, &text[at + 1..]))
}

/// `password=x`, and `"password": "x"` in JSON. A bare colon stands in addresses.
fn is_setting(before: &str, mark: &str, after: &str) -> bool {
    let quotes = ['"', '\'', '\\', ' '];
    let name = before.trim_end_matches(quotes);
    let is_quoted = before.len() > name.len() && before.ends_with(['"', '\'']);
    let start = name.rfind(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter))).map_or(0, |at| at + 1);
    // What begins with a `$` is put in from elsewhere.
    let is_given = after.trim_start_matches(quotes).starts_with(|first: char| first != '$' && first != '`');
    (mark == "=" || is_quoted) && is_given && name.get(start..).is_some_and(is_telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_by_their_words() {
        for name in [
            "password",
            "password2",
            "DB_PASSWORD",
            "dbPassword",
            "dbpassword",
            "new-password",
            "x-api-key",
            "apiKey",
            "APIKey",
            "AWS_SECRET_ACCESS_KEY",
            "accessToken",
            "authtoken",
            "GITHUB_TOKEN",
            "token_1",
            "client_secret",
            "SecretString",
            "credentials",
            "private_key",
            "signingKey",
            "x-auth-token",
            "cookie",
            "password_id",
        ] {
            assert!(is_telling(name), "{name}");
        }
        for name in [
            "nextToken",
            "next_token",
            "clientRequestToken",
            "nextForwardToken",
            "SecretId",
            "secret_arn",
            "secretName",
            "key",
            "keys",
            "cluster",
            "monkey",
            "author",
            "compass",
            "tokenize",
            "name",
            "public_key",
            "",
        ] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn texts_tell_by_what_stands_before_the_value() {
        for text in [
            "Bearer x",
            "https://me:word@host/",
            "https://host/?a=1&api_key=x",
            "PASSWORD=x",
            "{\\\"token\\\": \\\"x\\\"}",
            "https://hooks.slack.com/services/T0/B0/x",
            "-----BEGIN PRIVATE KEY-----",
            "a\nDB_PASSWORD='x'",
        ] {
            assert!(tells_a_secret(text), "{text}");
        }
        for text in [
            "Bearer ",
            "https://host:80/a@b",
            "?secret_id=x",
            "arn:aws:secretsmanager:r:1:secret:name-AbCdEf",
            "The password: ",
            "secretsmanager:PutSecretValue",
            "token=${t}",
            "PORT=80",
            "password",
            "password=",
        ] {
            assert!(!tells_a_secret(text), "{text}");
        }
    }
}
