//! Dashboards: a name and a body, which is checked and kept as it is.

use super::super::document::Document;
use super::super::paging::Paging;
use super::super::refuse::{refuse, refuse_if};
use super::super::request::{has_prefix, texts};
use super::super::{Answer, Sim};
use super::checks::bad_value;
use super::{body, not_found, tags};
use crate::api::Failure;
use crate::map;
use crate::value::{Value, pretty};

/// The request has no member that sets the size of a page.
const DASHBOARDS: Paging = Paging { size: "", token: "NextToken", size_default: 1000, refusal: "InvalidParameterValue" };
const NAME_MAX: usize = 255;

fn invalid(message: impl Into<String>) -> Failure {
    refuse("InvalidParameterInput", message)
}

pub fn put(sim: &mut Sim, request: &Value) -> Answer {
    let (name, body) = (request.text("DashboardName").unwrap_or_default(), request.text("DashboardBody").unwrap_or_default());
    check_name(name)?;
    tags::check(request.items("Tags"))?;
    let checked = body::check(body).ok_or_else(|| invalid("The field DashboardBody must be a valid JSON object"))?;
    refuse_if(!checked.errors.is_empty(), || broken(&checked.errors))?;
    // Dashboards belong to the account, not to a region.
    let arn = format!("arn:aws:cloudwatch::{}:dashboard/{name}", sim.place.account);
    if !sim.cloudwatch.dashboards.contains_key(name) {
        sim.cloudwatch.tags.insert(arn.clone(), tags::read(request.items("Tags")));
    }
    let document = map! { "DashboardName" => name, "DashboardArn" => arn, "DashboardBody" => body, "LastModified" => sim.now };
    sim.cloudwatch.dashboards.insert(name.to_owned(), Document::from(document));
    let warnings = checked.warnings.iter().map(|one| map! { "DataPath" => one.path.as_str(), "Message" => one.message.as_str() });
    Ok(map! { "DashboardValidationMessages" => warnings.collect::<Vec<_>>() })
}

fn check_name(name: &str) -> Result<(), Failure> {
    refuse_if(name.is_empty(), || invalid("The field DashboardName must not be empty"))?;
    refuse_if(name.chars().count() > NAME_MAX, || {
        invalid(format!("The field DashboardName must not be longer than {NAME_MAX} characters"))
    })?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    refuse_if(!name.chars().all(plain), || {
        invalid(format!(
            "The value {name} for field DashboardName contains invalid characters. \
             It can only contain alphanumerics, dash (-) and underscore (_)."
        ))
    })
}

/// All that is wrong, as a list for programs inside a sentence.
fn broken(errors: &[body::Finding]) -> Failure {
    let count = errors.len();
    let (are, plural) = if count == 1 { ("is", "") } else { ("are", "s") };
    let list = errors.iter().map(|one| map! { "dataPath" => one.path.as_str(), "message" => one.message.as_str() });
    let list = pretty(&Value::List(list.collect()), &|_| None).expect("no secret leaf inside");
    invalid(format!("The dashboard body is invalid, there {are} {count} validation error{plural}:\n{list}"))
}

pub fn list(sim: &Sim, request: &Value) -> Answer {
    let wanted = sim.cloudwatch.dashboards.iter().filter(|(name, _)| has_prefix(request, "DashboardNamePrefix", name));
    let entries = wanted.map(|(_, document)| {
        let mut entry = document.clone();
        entry.remove("DashboardBody");
        entry.set("Size", document.text("DashboardBody").len() as i64);
        entry.to_value()
    });
    DASHBOARDS.page(request, "DashboardEntries", entries.collect())
}

pub fn get(sim: &Sim, request: &Value) -> Answer {
    let name = request.text("DashboardName").unwrap_or_default();
    let lacks = || not_found("ResourceNotFound", format!("Dashboard {name} does not exist"));
    let mut document = sim.cloudwatch.dashboards.get(name).cloned().ok_or_else(lacks)?;
    document.remove("LastModified");
    Ok(document.to_value())
}

/// All of them or none.
pub fn delete(sim: &mut Sim, request: &Value) -> Answer {
    let names: Vec<String> = texts(request, "DashboardNames").into_iter().map(str::to_owned).collect();
    refuse_if(names.is_empty(), || bad_value("Need at least 1 dashboard"))?;
    let unknown: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !sim.cloudwatch.dashboards.contains_key(*name)).collect();
    refuse_if(!unknown.is_empty(), || {
        not_found("ResourceNotFound", format!("The specified dashboard does not exist. [{}]", unknown.join(", ")))
    })?;
    for name in &names {
        if let Some(document) = sim.cloudwatch.dashboards.remove(name) {
            sim.cloudwatch.tags.remove(document.text("DashboardArn"));
        }
    }
    Ok(map! {})
}
