//! Answers as Elastic Load Balancing writes them, and requests as it wants them.

use super::super::{decode, decode_error, encode};
use crate::api::{self, Operation};
use crate::map;
use crate::value::Value;

fn elbv2(method: &str) -> &'static Operation {
    api::operation("elbv2", method).unwrap()
}

fn answer(operation: &str, inside: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\n  \
         <{operation}Result>\n    {inside}\n  </{operation}Result>\n  <ResponseMetadata>\n    \
         <RequestId>c534f810-f389-11e5-9192-3fff33344cfa</RequestId>\n  </ResponseMetadata>\n</{operation}Response>\n"
    )
}

fn read(method: &str, inside: &str) -> Value {
    let operation = elbv2(method);
    decode(operation, answer(operation.name, inside).as_bytes()).unwrap_or_else(|error| panic!("{inside}: {error}"))
}

fn sent(operation: &Operation, request: Value) -> String {
    String::from_utf8(encode(operation, &request).unwrap()).unwrap()
}

const GROUP: &str = "<TargetGroups>
      <member>
        <TargetGroupArn>arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/nest-wallet-tg/73e2d6bc24d8a067</TargetGroupArn>
        <Port>3000</Port>
        <HealthCheckEnabled>true</HealthCheckEnabled>
        <HealthCheckPort>traffic-port</HealthCheckPort>
        <Matcher>
          <HttpCode>200-299</HttpCode>
        </Matcher>
        <LoadBalancerArns/>
      </member>
    </TargetGroups>";

#[test]
fn numbers_booleans_and_nested_structures_have_the_types_of_their_shapes() {
    let answer = read("describe_target_groups", GROUP);
    let group = &answer.items("TargetGroups")[0];
    assert_eq!(group.get("Port"), Some(&Value::Int(3000)));
    assert_eq!(group.get("HealthCheckEnabled"), Some(&Value::Bool(true)));
    assert_eq!(group.get("Matcher"), Some(&map! { "HttpCode" => "200-299" }));
    // Text that could be a number or a list elsewhere.
    assert_eq!(group.text("HealthCheckPort"), Some("traffic-port"));
    assert_eq!(group.get("LoadBalancerArns"), Some(&Value::List(vec![])));
}

#[test]
fn an_empty_element_is_an_empty_list_and_an_absent_one_is_absent() {
    for inside in ["<TargetGroups/>", "<TargetGroups></TargetGroups>", "<TargetGroups>\n  </TargetGroups>"] {
        assert_eq!(read("describe_target_groups", inside), map! { "TargetGroups" => Value::List(vec![]) }, "{inside}");
    }
    assert_eq!(read("describe_target_groups", ""), map! {});
    assert_eq!(decode(elbv2("describe_target_groups"), b"<R><DescribeTargetGroupsResult/></R>").unwrap(), map! {});
}

#[test]
fn target_health_is_read_with_the_reason_of_each_target() {
    let inside = "<TargetHealthDescriptions>
      <member>
        <HealthCheckPort>3000</HealthCheckPort>
        <TargetHealth><State>healthy</State></TargetHealth>
        <Target><Port>3000</Port><AvailabilityZone>ap-northeast-2a</AvailabilityZone><Id>10.0.1.17</Id></Target>
      </member>
      <member>
        <HealthCheckPort>3000</HealthCheckPort>
        <TargetHealth>
          <State>unhealthy</State>
          <Reason>Target.ResponseCodeMismatch</Reason>
          <Description>Health checks failed with these codes: [502]</Description>
        </TargetHealth>
        <Target><Port>3000</Port><Id>10.0.2.4</Id></Target>
      </member>
    </TargetHealthDescriptions>";
    let healthy = map! {
        "HealthCheckPort" => "3000", "TargetHealth" => map! { "State" => "healthy" },
        "Target" => map! { "Id" => "10.0.1.17", "Port" => 3000, "AvailabilityZone" => "ap-northeast-2a" },
    };
    let health = map! {
        "State" => "unhealthy", "Reason" => "Target.ResponseCodeMismatch",
        "Description" => "Health checks failed with these codes: [502]",
    };
    let sick =
        map! { "HealthCheckPort" => "3000", "TargetHealth" => health, "Target" => map! { "Id" => "10.0.2.4", "Port" => 3000 } };
    assert_eq!(read("describe_target_health", inside), map! { "TargetHealthDescriptions" => vec![healthy, sick] });
}

#[test]
fn escapes_mean_what_they_stand_for_and_blanks_between_them_stay() {
    let attribute = |value: &str| {
        let inside = format!("<Attributes><member><Key>k</Key><Value>{value}</Value></member></Attributes>");
        read("describe_target_group_attributes", &inside).items("Attributes")[0].text("Value").unwrap().to_owned()
    };
    assert_eq!(attribute("a &amp;&lt;b&gt; &quot;c&apos;"), "a &<b> \"c'");
    assert_eq!(attribute("&amp; &amp;"), "& &");
    assert_eq!(attribute(" &#44208;&#xC81C; "), " 결제 ");
    assert_eq!(attribute("<![CDATA[<a> & b]]>"), "<a> & b");
    assert_eq!(attribute(""), "");
    let unknown = answer("DescribeTargetGroupAttributes", "<Attributes><member><Key>&nbsp;</Key></member></Attributes>");
    let error = decode(elbv2("describe_target_group_attributes"), unknown.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("&nbsp;"), "{error}");
}

#[test]
fn maps_are_entries_with_key_and_value() {
    let inside = "<Listeners><member><DefaultActions><member><Type>authenticate-oidc</Type><AuthenticateOidcConfig>
          <AuthenticationRequestExtraParams>
            <entry><key>prompt</key><value>login</value></entry>
            <entry><key>display</key><value/></entry>
          </AuthenticationRequestExtraParams>
          <SessionTimeout>604800</SessionTimeout>
        </AuthenticateOidcConfig></member></DefaultActions></member></Listeners>";
    let answer = read("describe_listeners", inside);
    let action = &answer.items("Listeners")[0].items("DefaultActions")[0];
    let parameters = map! { "prompt" => "login", "display" => "" };
    let config = map! { "AuthenticationRequestExtraParams" => parameters, "SessionTimeout" => 604_800 };
    assert_eq!(action.get("AuthenticateOidcConfig"), Some(&config));
}

#[test]
fn what_the_shapes_lack_is_kept_whole() {
    let inside = "<Listeners><member><Port>443</Port><Tomorrow><Depth>3</Depth><Names><member>a</member></Names></Tomorrow></member></Listeners>";
    let tomorrow = map! { "Depth" => "3", "Names" => vec!["a"] };
    assert_eq!(read("describe_listeners", inside), map! { "Listeners" => vec![map! { "Port" => 443, "Tomorrow" => tomorrow }] });
}

#[test]
fn half_an_answer_is_none() {
    let operation = elbv2("describe_target_groups");
    let whole = answer(operation.name, GROUP);
    for end in (0..whole.trim_end().len()).filter(|end| whole.is_char_boundary(*end)) {
        assert!(decode(operation, &whole.as_bytes()[..end]).is_err(), "{}", &whole[..end]);
    }
}

#[test]
fn an_error_bears_its_own_code() {
    let body = b"<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\n  <Error>\n    \
        <Type>Sender</Type>\n    <Code>TargetGroupNotFound</Code>\n    \
        <Message>Target groups &apos;arn:aws:x&apos; not found</Message>\n  </Error>\n  \
        <RequestId>86b79378-36a3-409a-b1ad-4f27f6e38eb0</RequestId>\n</ErrorResponse>\n";
    let error = decode_error(elbv2("describe_target_health"), 400, None, body).unwrap();
    assert_eq!((error.code.as_str(), error.status), ("TargetGroupNotFound", 400));
    assert_eq!(error.message, "Target groups 'arn:aws:x' not found");
    assert_eq!(error.request_id.as_deref(), Some("86b79378-36a3-409a-b1ad-4f27f6e38eb0"));
    assert_eq!(decode_error(elbv2("describe_target_health"), 503, None, b"<html><body>busy</body></html>"), None);
}

#[test]
fn lists_and_what_stands_in_them_are_numbered_from_one() {
    let target = |id: &str| map! { "Id" => id, "Port" => 3000 };
    let request = map! { "TargetGroupArn" => "arn:aws/x", "Targets" => vec![target("10.0.0.1"), target("10.0.0.2")] };
    let expected = "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=arn%3Aaws%2Fx\
        &Targets.member.1.Id=10.0.0.1&Targets.member.1.Port=3000&Targets.member.2.Id=10.0.0.2&Targets.member.2.Port=3000";
    assert_eq!(sent(elbv2("describe_target_health"), request), expected);
}

#[test]
fn an_empty_list_is_sent_as_empty_and_null_not_at_all() {
    let request = map! { "Names" => Value::List(vec![]), "PageSize" => 10, "Marker" => Value::Null };
    let expected = "Action=DescribeTargetGroups&Version=2015-12-01&Names=&PageSize=10";
    assert_eq!(sent(elbv2("describe_target_groups"), request), expected);
}
