//! What a run begins with: its place and arguments for the record, and the
//! rules that its gate is given.

use super::book::Book;
use super::door::Door;
use super::fault::Misuse;
use super::header::Header;
use super::request::Request;
use super::revision::GitState;
use crate::effect::{Gate, Guard, Protection, Retry, outside};
use crate::journal::{Event, Opening, Recorded};
use crate::map;
use crate::value::{Change, Map, Origin, Secret, Value, diff, to_json};

/// A run goes on where it began, and nowhere else.
pub(super) fn refuse_another_place(opening: &Opening, now: &Value, edited: bool) -> Result<(), Misuse> {
    let changes = diff(&opening.environment.0, now);
    if changes.is_empty() || edited && changes.iter().all(|change| change.path.to_string().starts_with("plain_env")) {
        return Ok(());
    }
    let line = |change: &Change| {
        let shown = |side: &Option<Value>| side.as_ref().map_or("nothing".into(), |value| to_json(value).unwrap_or_default());
        format!("{}  {} → {}", change.path, shown(&change.before), shown(&change.after))
    };
    let lines: Vec<String> = changes.iter().map(line).collect();
    Err(Misuse::new(format!("run {} began somewhere else than this would be", opening.run))
        .detail(lines.join("\n"))
        .hint("put rollbook.toml and the region back as they were, and resume it then")
        .refused())
}

/// Everything that a new run begins with.
pub(super) fn opening(
    request: &Request,
    (book, header): (&Book, &Header),
    door: &Door,
    run: &str,
    gate: &Gate,
    git: GitState,
) -> Opening {
    let arguments = Value::Map(shown_arguments(header, &request.arguments));
    let place = &request.place;
    let asked = book.found.revision.as_ref();
    let project = request.project.as_deref().map(|root| outside::absolute(root).display().to_string());
    Opening {
        format: Event::FORMAT,
        run: run.to_owned(),
        rollbook: env!("CARGO_PKG_VERSION").into(),
        runbook: book.found.name.clone(),
        version: book.header.version.clone(),
        at: gate.now(),
        started: outside::now(),
        by: outside::operator(),
        writes: header.writes(),
        asked: asked.map(|revision| revision.asked.clone()),
        revision: asked.map(|revision| revision.commit.clone()).or(git.revision),
        dirty: git.dirty && asked.is_none(),
        project,
        selection: Recorded(map! {
            "environment" => place.name.clone(),
            "service" => place.service_key.clone(),
            "cluster" => place.cluster_option.clone(),
            "sandbox" => place.sandbox,
        }),
        environment: Recorded(place.variables(None, &door.region)),
        arguments: gate.pack(&arguments),
    }
}

/// A secret param says where its value is to be found; whoever wrote the value
/// itself in its place is refused later, and not recorded either.
fn shown_arguments(header: &Header, arguments: &Map) -> Map {
    let secret = |name: &str| header.params.iter().any(|param| param.secret && param.name == *name);
    let shown = arguments.iter().filter(|(name, value)| !secret(name) || is_place(value));
    shown.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The arguments that an earlier process was given, secrets and all.
pub(super) fn recorded_arguments(gate: &Gate, recorded: &Map) -> Result<Map, Misuse> {
    match gate.unpack(&Recorded(Value::Map(recorded.clone()))) {
        Some(Value::Map(arguments)) => Ok(arguments),
        _ => Err(Misuse::new("a value that was typed on the command line cannot be opened again")
            .hint("start the run anew")
            .refused()),
    }
}

/// The values of concealed params as secrets, but for those that may be shown
/// and those that are empty, which tell nothing.
pub(super) fn conceal(header: &Header, plain: &[String], arguments: &mut Map) {
    let concealed = |name: &str| header.params.iter().any(|param| param.concealed && param.name == name);
    let values = arguments.iter_mut().filter(|(name, _)| concealed(name)).filter_map(|(_, value)| value.as_map_mut());
    for (key, value) in values.flatten() {
        if let Value::Text(text) = value
            && !text.is_empty()
            && !plain.iter().any(|name| key == name)
        {
            *value = Value::Secret(Secret::new(text.to_string(), Origin::Typed));
        }
    }
}

/// Whether a secret param's argument only says where the secret is.
fn is_place(value: &Value) -> bool {
    match value {
        Value::Map(sources) => sources.values().all(is_place),
        Value::Text(text) => {
            let made = ["-", "prompt", "generate"].contains(&text.as_str());
            made || ["env:", "file:", "generate:"].iter().any(|kind| text.starts_with(kind))
        }
        _ => false,
    }
}

pub(super) fn guard(request: &Request, header: &Header) -> Guard {
    let Request { place, confirmed, arming, .. } = request;
    let confirmed = confirmed.as_deref();
    let protection = place
        .name
        .as_ref()
        // Who arms a prompt has typed the name.
        .filter(|_| place.environment.protected && arming.is_none())
        .map(|name| Protection { environment: name.clone(), confirmed: confirmed == Some(name.as_str()) });
    Guard {
        permits: arming.is_none().then(|| header.permits.iter().cloned().collect()),
        // The sandbox's account is its own.
        account: place.environment.account.clone().filter(|_| !place.sandbox),
        protection,
        looks: header.is_look(&request.arguments),
        arming: arming.clone(),
    }
}

/// AWS's own variable for the number of tries counts here too.
pub(super) fn retry() -> Result<Retry, Misuse> {
    match outside::variable("AWS_MAX_ATTEMPTS") {
        None => Ok(Retry::default()),
        Some(text) => match text.parse() {
            Ok(attempts) => Ok(Retry::default().with_attempts(attempts)),
            Err(_) => Err(Misuse::new(format!("AWS_MAX_ATTEMPTS is `{text}`, which is not a whole number"))),
        },
    }
}
