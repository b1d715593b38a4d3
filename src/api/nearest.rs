//! "Did you mean": the one measure of nearness behind every suggestion.

/// The candidate nearest to `typed`, unless none is near.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed_folded = fold(typed);
    let allowed = (typed_folded.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&typed_folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The suggestion as a sentence: "did you mean `desiredCount`?"
pub fn did_you_mean<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(typed, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// `desired_count`, `DesiredCount` and `desiredCount` are one name to a person.
fn fold(name: &str) -> String {
    name.chars().filter(|c| *c != '_' && *c != '-').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_finds_the_name_and_nonsense_finds_none() {
        let names = ["desiredCount", "deploymentConfiguration", "cluster"];
        assert_eq!(nearest("desiredCont", names), Some("desiredCount"));
        assert_eq!(nearest("desired_count", names), Some("desiredCount"));
        assert_eq!(nearest("zebra", names), None);
    }
}
