//! C01 to C19: clusters.

use rollbook::map;
use rollbook::value::Value;

use super::desk::{CLUSTER, Desk, int, member, service, tag, text, texts, with};

fn cluster(answer: &Value) -> Value {
    member(answer, "cluster")
}

fn described(desk: &mut Desk, name: &str, include: &[&str]) -> Value {
    let answer = desk.ask("describe_clusters", map! { "clusters" => vec![name], "include" => include.to_vec() });
    answer.items("clusters")[0].clone()
}

/// C01 A new cluster is active, empty and without capacity providers.
#[test]
fn c01_a_new_cluster_is_active_and_empty() {
    let made = cluster(&Desk::new().ask("create_cluster", map! { "clusterName" => "shop" }));
    assert_eq!((text(&made, "clusterName"), text(&made, "status")), ("shop".into(), "ACTIVE".into()));
    assert!(text(&made, "clusterArn").ends_with(":cluster/shop"));
    for name in ["runningTasksCount", "pendingTasksCount", "activeServicesCount", "registeredContainerInstancesCount"] {
        assert_eq!(int(&made, name), 0, "{name}");
    }
    for name in ["tags", "statistics", "capacityProviders", "defaultCapacityProviderStrategy"] {
        assert_eq!(member(&made, name), Value::List(vec![]), "{name}");
    }
    assert_eq!(made.items("settings"), [map! { "name" => "containerInsights", "value" => "disabled" }]);
}

/// C02 A cluster without a name is called default.
#[test]
fn c02_the_default_cluster() {
    let mut desk = Desk::new();
    desk.refuses("list_services", map! {}, "ClusterNotFoundException", "Cluster not found.");
    assert_eq!(text(&cluster(&desk.ask("create_cluster", map! {})), "clusterName"), "default");
    assert!(texts(&desk.ask("list_services", map! {}), "serviceArns").is_empty());
}

/// C03 Creating is idempotent by name, as long as it asks for the same cluster.
#[test]
fn c03_creating_is_idempotent() {
    let mut desk = Desk::new();
    let request = map! { "clusterName" => "shop", "tags" => vec![tag("a", "1")] };
    let made = desk.ask("create_cluster", request.clone());
    assert_eq!(desk.ask("create_cluster", request.clone()), made);
    assert_eq!(desk.ask("create_cluster", map! { "clusterName" => "shop" }), made);
    let other = with(request, map! { "tags" => vec![tag("a", "2")] });
    desk.refuses("create_cluster", other, "InvalidParameterException", "inconsistent with arguments used in previous request");
}

/// C04 A cluster's name has letters, digits, hyphens and underscores.
#[test]
fn c04_a_cluster_name_has_a_form() {
    for name in ["a b", "a/b", "", &"c".repeat(256)] {
        Desk::new().refuses("create_cluster", map! { "clusterName" => name }, "InvalidParameterException", "name");
    }
}

/// C05 A cluster with services cannot be deleted, nor one with tasks.
#[test]
fn c05_only_an_empty_cluster_is_deleted() {
    let mut desk = Desk::new();
    let request = || map! { "cluster" => CLUSTER };
    let message = "The Cluster cannot be deleted while Services are active.";
    desk.refuses("delete_cluster", request(), "ClusterContainsServicesException", message);
    for name in ["nest-wallet-service", "nest-wallet-service-dev"] {
        desk.ask("delete_service", map! { "cluster" => CLUSTER, "service" => name, "force" => true });
    }
    desk.refuses("delete_cluster", request(), "ClusterContainsServicesException", message);
    while ["nest-wallet-service", "nest-wallet-service-dev"].iter().any(|name| text(&desk.service(name), "status") != "INACTIVE")
    {
        desk.wait(1);
    }
    let message = "The Cluster cannot be deleted while Tasks are active.";
    desk.refuses("delete_cluster", request(), "ClusterContainsTasksException", message);
    desk.wait(120);
    assert_eq!(text(&cluster(&desk.ask("delete_cluster", request())), "status"), "INACTIVE");
}

/// C06 A deleted cluster can be described, is not listed and takes no requests.
#[test]
fn c06_a_deleted_cluster_is_inactive() {
    let mut desk = Desk::new();
    desk.ask("create_cluster", map! { "clusterName" => "shop" });
    desk.ask("delete_cluster", map! { "cluster" => "shop" });
    assert_eq!(text(&described(&mut desk, "shop", &[]), "status"), "INACTIVE");
    assert_eq!(texts(&desk.ask("list_clusters", map! {}), "clusterArns").len(), 1);
    let message = "The referenced cluster was inactive.";
    desk.refuses("list_services", map! { "cluster" => "shop" }, "ClusterNotFoundException", message);
    assert_eq!(text(&cluster(&desk.ask("create_cluster", map! { "clusterName" => "shop" })), "status"), "ACTIVE");
}

/// C07 Tags, settings, configuration and statistics come only where they are asked for.
#[test]
fn c07_parts_of_a_description_are_asked_for() {
    let mut desk = Desk::new();
    let configuration = map! { "executeCommandConfiguration" => map! { "logging" => "NONE" } };
    let tags = vec![tag("a", "1")];
    desk.ask(
        "create_cluster",
        map! { "clusterName" => "shop", "tags" => tags.clone(), "configuration" => configuration.clone() },
    );
    let plain = described(&mut desk, "shop", &[]);
    assert_eq!((plain.items("tags").len(), plain.items("settings").len(), plain.get("configuration")), (0, 0, None));
    assert!(plain.items("statistics").is_empty() && plain.get("attachments").is_none());
    let full = described(&mut desk, "shop", &["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"]);
    assert_eq!((full.items("tags"), member(&full, "configuration")), (tags.as_slice(), configuration));
    assert_eq!((full.items("settings").len(), full.items("attachments").len()), (1, 0));
    let full = described(&mut desk, CLUSTER, &["STATISTICS"]);
    let statistic =
        |name: &str| full.items("statistics").iter().find(|pair| pair.text("name") == Some(name)).map(|pair| text(pair, "value"));
    assert_eq!(statistic("runningFargateTasksCount").as_deref(), Some("3"));
    assert_eq!(statistic("activeFargateServiceCount").as_deref(), Some("2"));
}

/// C08 A cluster's settings are replaced by those that an update gives.
#[test]
fn c08_settings_are_updated() {
    let mut desk = Desk::new();
    let setting = |value: &str| vec![map! { "name" => "containerInsights", "value" => value }];
    for (method, value) in [("update_cluster_settings", "enhanced"), ("update_cluster", "enabled")] {
        let answer = desk.ask(method, map! { "cluster" => CLUSTER, "settings" => setting(value) });
        assert_eq!(cluster(&answer).items("settings"), setting(value));
        let wrong = map! { "cluster" => CLUSTER, "settings" => setting("on") };
        desk.refuses(method, wrong, "InvalidParameterException", "on");
    }
}

fn put(providers: &[&str], strategy: Vec<Value>) -> Value {
    map! { "cluster" => CLUSTER, "capacityProviders" => providers.to_vec(), "defaultCapacityProviderStrategy" => strategy }
}

fn part(provider: &str, weight: i64, base: i64) -> Value {
    map! { "capacityProvider" => provider, "weight" => weight, "base" => base }
}

/// C09 Capacity providers are put as a whole; weight and base are 0 unless given.
#[test]
fn c09_capacity_providers_are_put() {
    let mut desk = Desk::new();
    let strategy = vec![map! { "capacityProvider" => "FARGATE", "weight" => 1 }];
    let changed = cluster(&desk.ask("put_cluster_capacity_providers", put(&["FARGATE"], strategy)));
    assert_eq!(texts(&changed, "capacityProviders"), ["FARGATE"]);
    assert_eq!(changed.items("defaultCapacityProviderStrategy"), [part("FARGATE", 1, 0)]);
}

/// C10 A strategy is made of the cluster's providers, with one base and some weight.
#[test]
fn c10_strategies_have_rules() {
    let both = ["FARGATE", "FARGATE_SPOT"];
    for (providers, strategy, message) in [
        (&["mine"][..], vec![], "The specified capacity provider 'mine' was not found."),
        (&["FARGATE"], vec![part("FARGATE_SPOT", 1, 0)], "not associated with the cluster"),
        (&both, vec![part("FARGATE", 1, 1), part("FARGATE_SPOT", 1, 1)], "Only one capacity provider"),
        (&both, vec![part("FARGATE", 0, 0)], "weight greater than 0"),
        (&both, vec![part("FARGATE", 1_001, 0)], "between 0 and 1000"),
        (&both, vec![part("FARGATE", 1, 0); 21], "more than 20 capacity providers"),
    ] {
        Desk::new().refuses("put_cluster_capacity_providers", put(providers, strategy), "InvalidParameterException", message);
    }
}

/// C11 A provider that a service uses stays.
#[test]
fn c11_used_providers_stay() {
    let mut desk = Desk::new();
    let strategy = map! { "capacityProviderStrategy" => vec![part("FARGATE_SPOT", 1, 0)], "launchType" => Value::Null };
    desk.ask("create_service", with(service("s"), strategy));
    desk.refuses("put_cluster_capacity_providers", put(&["FARGATE"], vec![]), "ResourceInUseException", "in use");
    desk.ask("put_cluster_capacity_providers", put(&["FARGATE_SPOT"], vec![]));
}
