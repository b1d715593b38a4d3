//! The arguments of one runbook, made from its header: the same declaration
//! feeds parsing, `--help` and completion.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::runbook::{Header, Param, ParamType, Selection, Trial};
use crate::value::{Map, Value, parse_span, to_json};

/// What every run takes beside the runbook's own params.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where and how")]
pub struct RunOptions {
    /// The environment of rollbook.toml to run in [env: ROLLBOOK_ENV]
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The service: its key in rollbook.toml, or ECS's own name
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// The cluster, where it is not the environment's
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// Run against the built-in simulator instead of AWS
    #[arg(long)]
    pub sandbox: bool,
    /// In the sandbox: let the faults of this file happen (rollbook sandbox faults)
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// In the sandbox: throttle requests at the rates that AWS has
    #[arg(long)]
    pub throttle: bool,
    /// Allow changes to a protected environment without being asked
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Answer yes to the runbook's questions
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Wait for another run on this machine that holds the service, this long at most [30m]
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "30m", value_parser = wait)]
    pub wait_for_lease: Option<Duration>,
    /// Take params from this file (TOML, or JSON); typed ones win
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output: Output,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    #[default]
    Text,
    Json,
}

impl RunOptions {
    pub fn selection(&self) -> Selection {
        Selection {
            environment: self.env.clone(),
            service: self.service.clone(),
            cluster: self.cluster.clone(),
            sandbox: self.sandbox,
        }
    }

    pub fn trial(&self) -> Trial {
        Trial { scenario: self.scenario.clone(), throttle: self.throttle }
    }
}

pub(super) fn wait(text: &str) -> Result<Duration, String> {
    let span = parse_span(text).and_then(|span| Duration::try_from(span).ok());
    span.ok_or_else(|| format!("`{text}` is not a duration, as 90s, 30m or 1h 30m"))
}

/// The command of one runbook.
pub fn command(name: &str, header: &Header) -> Command {
    let command = Command::new(name.to_owned()).next_help_heading("Params");
    let command = header.params.iter().fold(command, |command, param| command.arg(arg(param)));
    RunOptions::augment_args(command)
        .bin_name(format!("rollbook run {name}"))
        .about(header.summary.clone())
        .after_help(after_help(header))
        .no_binary_name(true)
}

fn after_help(header: &Header) -> String {
    let effect = match header.permits.is_empty() {
        true => "Changes nothing.".into(),
        false => format!("May do: {}", header.permits.join(", ")),
    };
    let effect = header.looks.iter().fold(effect, |effect, looks| format!("{effect}\n{}", looks.text()));
    match &header.returns {
        None => effect,
        Some(returns) => format!("{effect}\n\nResult, with --output json as `result`:\n{}", result_lines(&returns.lines())),
    }
}

fn result_lines(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
    let lines: Vec<String> = lines.iter().map(|(place, kind)| format!("  {place:width$}  {kind}")).collect();
    lines.join("\n")
}

fn arg(param: &Param) -> Arg {
    let arg = Arg::new(param.name.clone()).long(param.flag()).required(param.required && !param.secret).help(help(param));
    let parse = param.clone();
    let arg = arg.value_name(param.kind.value_name()).value_parser(move |text: &str| match (parse.secret, parse.kind) {
        (true, ParamType::Text) => Ok(Value::from(text)),
        // What is wrong is said below: here it would be repeated.
        (_, ParamType::Map) if parse.secret || parse.concealed => Ok(parse.parse(text).unwrap_or_default()),
        _ => parse.parse(text),
    });
    match param.kind {
        // `--force` alone means true.
        ParamType::Boolean => arg.num_args(0..=1).require_equals(true).default_missing_value("true"),
        ParamType::List | ParamType::Map => arg.action(ArgAction::Append),
        _ => arg,
    }
}

fn help(param: &Param) -> String {
    let mut help = param.help.clone();
    match (param.secret, param.kind) {
        (false, _) => {}
        (true, ParamType::Map) => {
            help.push_str(" (given as KEY=prompt, KEY=env:NAME, KEY=file:PATH, KEY=generate:LENGTH or KEY=-)")
        }
        (true, _) => help.push_str(" (given as env:NAME, file:PATH or -)"),
    }
    if param.concealed {
        help.push_str(" (kept as a secret, though others on this machine can read a command line)");
    }
    if !param.choices.is_empty() {
        help.push_str(&format!(" [one of: {}]", param.choices.join(", ")));
    }
    match &param.default {
        Some(Value::Text(text)) => help.push_str(&format!(" [default: {text}]")),
        Some(Value::Null) | None => {}
        Some(other) => help.push_str(&format!(" [default: {}]", to_json(other).unwrap_or_default())),
    }
    help
}

/// Options and the values of params, as they were given.
pub fn read(header: &Header, matches: &ArgMatches) -> Result<(RunOptions, Map), clap::Error> {
    let options = RunOptions::from_arg_matches(matches)?;
    let malformed = |param: &&Param| {
        let values = matches.get_many::<Value>(&param.name);
        param.kind == ParamType::Map && values.is_some_and(|mut values| values.any(Value::is_null))
    };
    if let Some(param) = header.params.iter().find(malformed) {
        let what = format!("--{} is given as KEY=…; what was given may be a secret and is not shown here\n", param.flag());
        return Err(clap::Error::raw(clap::error::ErrorKind::ValueValidation, what));
    }
    let given = header.params.iter().filter_map(|param| {
        let mut values = matches.get_many::<Value>(&param.name)?.cloned();
        let value = match param.kind {
            ParamType::List => Value::List(values.collect()),
            ParamType::Map => Value::Map(values.filter_map(|value| value.as_map().cloned()).flatten().collect()),
            _ => values.next_back()?,
        };
        Some((param.name.as_str().into(), value))
    });
    Ok((options, given.collect()))
}
