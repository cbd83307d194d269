//! What a run leaves for a person, for a build server and for the next run.

#![expect(clippy::unwrap_used, reason = "a test ends where its set-up fails")]

use clinkbill_conformance::{
    Catalogue, Change, Drift, Elsewhere, Report, ReportError, Scenario, Target, VerdictKind,
    receiver, run,
};
use schemars::JsonSchema;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

/// Says yes, to everybody the same, with a token, a checkout link and a field nobody knows.
const YES: &str = r#"{"code":200,"msg":"success","data":{
    "sessionId":"sess_1","customerId":"cus_1","tokenValue":"x7token","brandNew":1,
    "url":"https://checkout.example/pay/x7link","originalAmount":4.99,
    "originalCurrency":"USD","uiMode":"hostedPage","expireTime":"2026-01-16T11:45:00.000Z"}}"#;
/// Says no, with a key in its words and a status the contract does not list.
const NO: &str = r#"{"code":409,"msg":"not with sk_test_x7key","data":null}"#;

#[tokio::test]
async fn a_saved_report_is_read_again_as_it_was() {
    let report = run_against(YES, 200, |_| true).await;
    let saved = report.to_json().unwrap();
    let read = Report::from_json(&saved).unwrap();
    assert_eq!(read.to_json().unwrap(), saved);
    assert_eq!(read.to_string(), report.to_string());
    assert_eq!(Drift::between(&report, &read).changes, []);
}

#[tokio::test]
async fn no_secret_is_in_a_report_of_any_kind() {
    for (body, status) in [(YES, 200), (NO, 409)] {
        let report = run_against(body, status, |_| true).await;
        let saved = report.to_json().unwrap();
        assert!(saved.contains("exchanges"), "failures tell what was said");
        for text in [saved, report.to_junit().unwrap(), report.to_string()] {
            assert!(!text.contains("x7"), "{text}");
        }
    }
}

#[tokio::test]
async fn answers_that_break_the_contract_are_an_axis_of_their_own() {
    let wrong = YES.replace("4.99", "\"4.99\"");
    let report = run_against(&wrong, 200, |scenario| scenario.has_tag("CR-06")).await;
    let axes = report.axes();
    assert!(axes.answers_checked > 0);
    assert_eq!(axes.answers_matched, 0);
    let answers = report.answers();
    assert_eq!(answers.breaks.len(), 1, "{answers:?}");
    assert_eq!(answers.breaks[0].answer, "POST /checkout/session 200");
    assert!(answers.breaks[0].how.starts_with("/data/originalAmount: "));
    assert_eq!(
        answers.breaks[0].scenarios.len(),
        report.scenarios().count()
    );
    assert_eq!(answers.unknown_fields.len(), 1);
    assert_eq!(answers.unknown_fields[0].field, "/data/brandNew");
    for shown in [report.to_string(), report.to_junit().unwrap()] {
        assert!(shown.contains("/data/originalAmount"), "{shown}");
    }
}

#[tokio::test]
async fn a_sandbox_of_ours_conforms_only_if_its_answers_match_the_contract() {
    let target = Target::wiremock().await.unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    let report = run(&catalogue, &target, |scenario| scenario.has_tag("CR-06")).await;
    let report: Value = serde_json::from_str(&report.unwrap().to_json().unwrap()).unwrap();
    for (kind, broken, conforms) in [
        ("wiremock", false, true),
        ("wiremock", true, false),
        ("server", true, false),
        ("remote", true, true),
    ] {
        let mut report = report.clone();
        report["target"]["kind"] = kind.into();
        if broken {
            report["answers"]["breaks"] = json!([{"answer": "a", "how": "b", "scenarios": []}]);
            report["scenarios"][0]["breaks"] = json!(["a: b"]);
        }
        let report = Report::from_json(&report.to_string()).unwrap();
        assert_eq!(report.conforms(), conforms, "{kind} {broken}");
        let is_green = !report.to_junit().unwrap().contains("<failure ");
        assert_eq!(is_green, conforms, "{kind} {broken}");
    }
}

#[tokio::test]
async fn the_axes_are_told_apart_and_never_added_up() {
    let report = run_against(YES, 200, |_| true).await;
    let axes = report.axes();
    let rules = |kind| report.rules().iter().filter(|rule| rule.has(kind)).count();
    assert_eq!(axes.rules_failed, rules(VerdictKind::Failed));
    assert_eq!(axes.rules_open, rules(VerdictKind::Observed));
    assert_eq!(axes.rules_blocked, rules(VerdictKind::Blocked));
    assert!(axes.rules_failed > 0 && axes.rules_open > 0);
    let shown = report.to_string();
    for (axis, number) in [
        ("rules exercised", axes.rules_exercised),
        ("rules passed", axes.rules_passed),
        ("rules open (observed)", axes.rules_open),
        ("answers that match", axes.answers_matched),
    ] {
        let line = shown.lines().find(|line| line.starts_with(axis)).unwrap();
        let own = line.strip_prefix(axis).unwrap().split_whitespace().next();
        assert_eq!(own, Some(number.to_string().as_str()), "{line}");
    }
    let because = "because each needs a buyer, and the target has no control API to play one";
    assert!(shown.contains(because), "{shown}");
}

#[tokio::test]
async fn each_verdict_has_its_place_in_junit() {
    let report = run_against(YES, 200, |_| true).await;
    let count = |kind| {
        let verdicts = report.scenarios();
        verdicts
            .filter(|(_, verdict)| verdict.kind() == kind)
            .count()
    };
    let xml = report.to_junit().unwrap();
    let occurrences = |part| xml.matches(part).count();
    assert_eq!(occurrences("<testcase "), report.scenarios().count());
    assert_eq!(occurrences("<failure "), count(VerdictKind::Failed));
    assert_eq!(occurrences("<error "), count(VerdictKind::Blocked));
    assert_eq!(occurrences("<skipped "), count(VerdictKind::NotRun));
    assert!(occurrences("<skipped ") > 0 && occurrences("<failure ") > 0);
}

#[tokio::test]
async fn drift_tells_what_changed_and_nothing_else() {
    let select = |scenario: &Scenario| {
        ["CR-06", "CR-07", "CR-43"]
            .iter()
            .any(|rule| scenario.has_tag(rule))
    };
    let before = run_against(YES, 200, select).await;
    let again = run_against(YES, 200, select).await;
    assert_eq!(Drift::between(&before, &again).changes, []);

    let after = run_against(NO, 409, |scenario| {
        select(scenario) && !scenario.has_tag("CR-06")
    })
    .await;
    let drift = Drift::between(&before, &after);
    let told = |wanted: fn(&Change) -> bool| drift.changes.iter().any(wanted);
    assert!(
        told(
            |change| matches!(change, Change::Verdict { before: VerdictKind::Failed, after: VerdictKind::Blocked, scenario } if scenario.contains("CR-07"))
        ),
        "{drift}"
    );
    assert!(
        told(
            |change| matches!(change, Change::ScenarioGone { scenario } if scenario.contains("CR-06"))
        ),
        "{drift}"
    );
    assert!(
        told(
            |change| matches!(change, Change::BreakNew { answer, .. } if answer == "POST /checkout/session 409")
        ),
        "{drift}"
    );
    assert!(
        told(
            |change| matches!(change, Change::FieldGone { field, .. } if field == "/data/brandNew")
        ),
        "{drift}"
    );

    let back = Drift::between(&after, &before);
    assert_eq!(back.changes.len(), drift.changes.len());
    assert!(
        back.changes
            .iter()
            .any(|change| matches!(change, Change::ScenarioNew { .. }))
    );
}

#[test]
fn what_is_no_report_of_this_version_is_refused() {
    for text in ["", "{}", "[]", r#"{"version":1}"#, r#"{"version":"1"}"#] {
        let refused = Report::from_json(text);
        assert!(matches!(refused, Err(ReportError::Shape(_))), "{text}");
    }
    let refused = Report::from_json(r#"{"version":2,"more":[]}"#);
    assert!(matches!(
        refused,
        Err(ReportError::Version { found: 2, known: 1 })
    ));
}

#[tokio::test]
async fn reports_and_drifts_are_as_their_schemas_say() {
    let yes = run_against(YES, 200, |_| true).await;
    let no = run_against(NO, 409, |_| true).await;
    let drift = Drift::between(&yes, &no);
    for (schema, text) in [
        (schema::<Report>(), yes.to_json().unwrap()),
        (schema::<Report>(), no.to_json().unwrap()),
        (schema::<Drift>(), drift.to_json().unwrap()),
    ] {
        let value: Value = serde_json::from_str(&text).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, [""; 0]);
        assert!(!validator.is_valid(&json!({"version": 1})));
    }
}

/// `UPDATE_SCHEMAS=1 cargo test -p clinkbill-conformance schema` writes the files anew.
#[test]
fn the_schemas_of_reports_and_drifts_are_those_in_the_repository() {
    // A packaged crate stands alone, without the repository around it.
    if !std::path::Path::new("../../openapi/clinkbill.yaml").exists() {
        return;
    }
    for (path, schema) in [
        (
            "../../schemas/conformance-report.schema.json",
            schema::<Report>(),
        ),
        (
            "../../schemas/conformance-drift.schema.json",
            schema::<Drift>(),
        ),
        (
            "../../schemas/webhook-report.schema.json",
            schema::<receiver::Report>(),
        ),
    ] {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).is_ok_and(|stored| stored == text),
            "{path} is out of date; run: UPDATE_SCHEMAS=1 cargo test -p clinkbill-conformance schema"
        );
    }
}

fn schema<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

async fn run_against(body: &str, status: u16, select: impl Fn(&Scenario) -> bool) -> Report {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_raw(body, "application/json");
    Mock::given(matchers::any())
        .respond_with(answer)
        .mount(&server)
        .await;
    let elsewhere = Elsewhere::new(&server.uri(), "sk_test_x7key").unwrap();
    let target = Target::elsewhere(&elsewhere).await.unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    run(&catalogue, &target, select).await.unwrap()
}
