//! ECR and Elastic Load Balancing as an emulator that nobody here wrote answers
//! for them: a script must see what boto3 sees. The second speaks XML.

use serde_json::{Value, json};

use crate::moto::Moto;

/// The same answer as boto3 gives it, printed by one script and one runbook.
#[track_caller]
fn compare(moto: &Moto, script: &str, runbook: &str) -> Value {
    let ran = moto.project().runbook("look", "", runbook).run(&["run", "look"]);
    let mut seen = ran.status(0).json();
    let mut expected = moto.boto3(script);
    for answer in [&mut seen, &mut expected] {
        normalize(answer);
    }
    assert_eq!(seen, expected, "what the runbook sees, then what boto3 sees");
    seen
}

/// Without boto3's own envelope, and with times in one notation.
fn normalize(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("ResponseMetadata");
            members.values_mut().for_each(normalize);
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::String(text) => {
            if let Ok(time) = text.parse::<jiff::Timestamp>() {
                *value = json!(time.as_millisecond());
            }
        }
        _ => {}
    }
}

const IMAGES: &str = r#"
ecr = client("ecr")
ecr.create_repository(repositoryName="team/nest-wallet")
for tag in ["v41", "v42", "latest"]:
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": [],
                "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(tag), "digest": tag}}
    ecr.put_image(repositoryName="team/nest-wallet", imageTag=tag, imageManifest=json.dumps(manifest))
"#;

#[test]
fn images_are_what_boto3_says_they_are() {
    let Some(moto) = Moto::start() else { return };
    moto.boto3(IMAGES);
    let seen = compare(
        &moto,
        r#"ecr = client("ecr")
name = "team/nest-wallet"
answer([ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "v42"}]),
        ecr.list_images(repositoryName=name), ecr.describe_repositories(repositoryNames=[name])])"#,
        r#"let name = "team/nest-wallet";
[ecr::describe_images(#{ repositoryName: name, imageIds: [#{ imageTag: "v42" }] }),
 ecr::list_images(#{ repositoryName: name }), ecr::describe_repositories(#{ repositoryNames: [name] })]"#,
    );
    assert_eq!(seen[0]["imageDetails"][0]["imageTags"], json!(["v42"]));
    assert_eq!(seen[1]["imageIds"].as_array().map(Vec::len), Some(3));
    assert_eq!(moto.writes().len(), 0);
}

#[test]
fn a_missing_image_is_an_error_with_its_code() {
    let Some(moto) = Moto::start() else { return };
    moto.boto3(IMAGES);
    let body = r#"
let code = |name, tag| {
    try { ecr::describe_images(#{ repositoryName: name, imageIds: [#{ imageTag: tag }] }) }
    catch (e) { return `${e.code} ${e.status} ${e.message}`; }
};
[code.call("team/nest-wallet", "v589"), code.call("other", "v1")]"#;
    let ran = moto.project().runbook("look", "", body).run(&["run", "look"]);
    let missing = "ImageNotFoundException 400 The image with imageId {imageDigest:'null', imageTag:'v589'} does not exist \
                   within the repository with name 'team/nest-wallet' in the registry with id '123456789012'";
    let other = "RepositoryNotFoundException 400 The repository with name 'other' does not exist \
                 in the registry with id '123456789012'";
    assert_eq!(ran.status(0).json(), json!([missing, other]));
}

/// A balancer with two groups, one of them empty, and rules with conditions.
const BALANCER: &str = r#"
ec2, elb = client("ec2"), client("elbv2")
subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
arns = [elb.create_target_group(Name=name, Protocol="HTTP", Port=3000, VpcId=vpc, TargetType="ip", HealthCheckPath="/a?b=1&c=<2>",
                                Matcher={"HttpCode": "200-299"})["TargetGroups"][0]["TargetGroupArn"]
        for name in ["nest-wallet-tg", "empty-tg"]]
elb.register_targets(TargetGroupArn=arns[0], Targets=[{"Id": "172.31.0.10", "Port": 3000}, {"Id": "172.31.0.11", "Port": 3000}])
balancer = elb.create_load_balancer(Name="nest-wallet-alb", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                               DefaultActions=[{"Type": "forward", "TargetGroupArn": arns[0]}])["Listeners"][0]["ListenerArn"]
elb.create_rule(ListenerArn=listener, Priority=10, Actions=[{"Type": "forward", "TargetGroupArn": arns[1]}],
                Conditions=[{"Field": "path-pattern", "Values": ["/dev & <more>/*"]}])
"#;

#[test]
fn target_groups_and_their_health_are_what_boto3_says_they_are() {
    let Some(moto) = Moto::start() else { return };
    moto.boto3(BALANCER);
    let seen = compare(
        &moto,
        r#"elb = client("elbv2")
groups = elb.describe_target_groups()
arns = [group["TargetGroupArn"] for group in groups["TargetGroups"]]
balancers = elb.describe_load_balancers(Names=["nest-wallet-alb"])
listeners = elb.describe_listeners(LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"])
answer([groups, [elb.describe_target_health(TargetGroupArn=arn) for arn in arns],
        elb.describe_target_health(TargetGroupArn=arns[1], Targets=[{"Id": "172.31.0.11", "Port": 3000}]),
        balancers, listeners, elb.describe_rules(ListenerArn=listeners["Listeners"][0]["ListenerArn"]),
        elb.describe_target_group_attributes(TargetGroupArn=arns[0])])"#,
        r#"let groups = elbv2::describe_target_groups();
let arns = groups.TargetGroups.map(|group| group.TargetGroupArn);
let balancers = elbv2::describe_load_balancers(#{ Names: ["nest-wallet-alb"] });
let listeners = elbv2::describe_listeners(#{ LoadBalancerArn: balancers.LoadBalancers[0].LoadBalancerArn });
[groups, arns.map(|arn| elbv2::describe_target_health(#{ TargetGroupArn: arn })),
 elbv2::describe_target_health(#{ TargetGroupArn: arns[1], Targets: [#{ Id: "172.31.0.11", Port: 3000 }] }),
 balancers, listeners, elbv2::describe_rules(#{ ListenerArn: listeners.Listeners[0].ListenerArn }),
 elbv2::describe_target_group_attributes(#{ TargetGroupArn: arns[0] })]"#,
    );
    let group = &seen[0]["TargetGroups"][1];
    assert_eq!((&group["Matcher"], &group["Port"]), (&json!({ "HttpCode": "200-299" }), &json!(3000)));
    assert_eq!(group["HealthCheckPath"], json!("/a?b=1&c=<2>"));
    assert_eq!(seen[1][0], json!({ "TargetHealthDescriptions": [] }), "an empty list is a list");
    assert_eq!(seen[1][1]["TargetHealthDescriptions"].as_array().map(Vec::len), Some(2));
    assert_eq!(seen[2]["TargetHealthDescriptions"][0]["Target"], json!({ "Id": "172.31.0.11", "Port": 3000 }));
    assert_eq!(moto.writes().len(), 0);
}

#[test]
fn an_error_of_the_query_protocol_has_the_code_that_boto3_gives_it() {
    let Some(moto) = Moto::start() else { return };
    let arn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/other/0123456789abcdef";
    let body = format!(
        r#"let seen = ();
try {{ elbv2::describe_target_health(#{{ TargetGroupArn: "{arn}" }}) }} catch (e) {{ seen = [e.code, e.message, e.status]; }}
seen"#
    );
    let script = format!(
        r#"from botocore.exceptions import ClientError
try: client("elbv2").describe_target_health(TargetGroupArn="{arn}")
except ClientError as error:
    error = error.response
    answer([error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"]])"#
    );
    let seen = compare(&moto, &script, &body);
    assert_eq!(seen[0], json!("TargetGroupNotFound"));
}
