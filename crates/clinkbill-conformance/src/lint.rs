//! What a feature file may not contain, because a run would pass over it in silence.

use std::fmt;

use cucumber::feature::Ext as _;
use cucumber::gherkin::{self, Feature, GherkinEnv, StepType};

/// Something in a feature file that would make a run say less than it seems to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1; for a row of an outline, the row's.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// How a step of a feature file relates to the steps that are written.
#[derive(Clone, Copy)]
pub(crate) enum StepMatch {
    Defined,
    Undefined,
    Ambiguous,
}

/// Reads one feature file with its outlines expanded, or says all that is wrong with it.
pub(crate) fn read(
    file: &str,
    text: &str,
    step_match: impl Fn(&gherkin::Step) -> StepMatch,
) -> Result<Feature, Vec<Fault>> {
    let mut faults = Faults::of(file);
    // The parser takes a misspelt keyword for a description, or says no line; the scan knows both.
    let written = scan_lines(text, &mut faults);
    faults.into_result()?;

    let mut faults = Faults::of(file);
    let feature = match Feature::parse(text, GherkinEnv::default()) {
        Ok(feature) => feature,
        Err(error) => {
            let line = line_of(&error.to_string()).clamp(1, text.lines().count().max(1));
            faults.add(line, "not Gherkin from here on");
            return Err(faults.0);
        }
    };
    check_outlines(&feature, &mut faults);
    written.check(&Parts::of(&feature), &mut faults);
    faults.into_result()?;

    let mut faults = Faults::of(file);
    let expanded = match feature.expand_examples() {
        Ok(expanded) => expanded,
        Err(error) => {
            faults.add(error.pos.line, format!("no column <{}>", error.name));
            return Err(faults.0);
        }
    };
    check_expanded(&expanded, &step_match, &mut faults);
    faults.into_result()?;
    Ok(expanded)
}

/// The rule ids (`CR-08`) among the tags of a scenario.
pub(crate) fn rule_ids(tags: &[String]) -> impl Iterator<Item = &str> {
    tags.iter()
        .map(String::as_str)
        .filter(|tag| is_rule_id(tag))
}

/// All scenarios of a feature, those inside a `Rule:` included.
pub(crate) fn scenarios(feature: &Feature) -> impl Iterator<Item = &gherkin::Scenario> {
    let in_rules = feature.rules.iter().flat_map(|rule| &rule.scenarios);
    feature.scenarios.iter().chain(in_rules)
}

/// Whether a tag has the form of a rule's id.
pub(crate) fn is_rule_id(tag: &str) -> bool {
    let Some((section, number)) = tag.split_once('-') else {
        return false;
    };
    section.len() == 2
        && section.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.len() == 2
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

struct Faults(Vec<Fault>, String);

impl Faults {
    fn of(file: &str) -> Self {
        Self(Vec::new(), file.to_owned())
    }

    fn add(&mut self, line: usize, message: impl Into<String>) {
        self.0.push(Fault {
            file: self.1.clone(),
            line,
            message: message.into(),
        });
    }

    fn into_result(self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}

const STEPS: [&str; 6] = ["Given ", "When ", "Then ", "And ", "But ", "* "];
const WITH_DESCRIPTION: [&str; 2] = ["Feature:", "Rule:"];
const WITH_STEPS: [&str; 5] = [
    "Background:",
    "Scenario:",
    "Scenario Outline:",
    "Scenario Template:",
    "Example:",
];
const WITH_ROWS: [&str; 2] = ["Examples:", "Scenarios:"];

/// What the lines below a heading may be.
#[derive(Clone, Copy, PartialEq)]
enum Below {
    Nothing,
    Description,
    Steps,
    Rows,
}

fn scan_lines(text: &str, faults: &mut Faults) -> Parts {
    let mut parts = Parts::default();
    let mut below = Below::Nothing;
    let mut quote = None;
    let mut columns = None;
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(mark) = quote {
            if text.starts_with(mark) {
                quote = None;
            }
            continue;
        }
        let starts_with_any = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
        if text.is_empty() || starts_with_any(&["#", "@"]) {
            continue;
        }
        if text.starts_with('|') {
            parts.rows += 1;
            if *columns.get_or_insert(cells(text)) != cells(text) {
                faults.add(
                    line,
                    "row with more or fewer cells than the first of its table",
                );
            }
            continue;
        }
        columns = None;
        if let Some(mark) = ["\"\"\"", "```"].into_iter().find(|m| text.starts_with(m)) {
            quote = Some(mark);
        } else if starts_with_any(&WITH_DESCRIPTION) {
            parts.headings += 1;
            below = Below::Description;
        } else if starts_with_any(&WITH_STEPS) {
            parts.headings += 1;
            below = Below::Steps;
        } else if starts_with_any(&WITH_ROWS) {
            parts.headings += 1;
            below = Below::Rows;
        } else if starts_with_any(&STEPS) {
            parts.steps += 1;
            if below != Below::Steps {
                faults.add(line, format!("step outside of a scenario: {text}"));
            }
        } else if below != Below::Description || looks_like_heading(text) {
            faults.add(line, format!("misspelt keyword or stray text: {text}"));
        }
    }
    parts
}

fn cells(row: &str) -> usize {
    row.replace("\\|", "").matches('|').count()
}

/// How much there is of everything, to see that the parser lost none of it.
#[derive(Default)]
struct Parts {
    headings: usize,
    steps: usize,
    rows: usize,
}

impl Parts {
    fn of(feature: &Feature) -> Self {
        let backgrounds: Vec<_> = backgrounds(feature).collect();
        let in_backgrounds = backgrounds.iter().flat_map(|background| &background.steps);
        let in_scenarios = scenarios(feature).flat_map(|scenario| &scenario.steps);
        let steps: Vec<_> = in_backgrounds.chain(in_scenarios).collect();
        let examples = || scenarios(feature).flat_map(|scenario| &scenario.examples);
        let tables = steps.iter().filter_map(|step| step.table.as_ref());
        let tables = tables.chain(examples().filter_map(|examples| examples.table.as_ref()));
        Self {
            headings: 1
                + feature.rules.len()
                + backgrounds.len()
                + scenarios(feature).count()
                + examples().count(),
            steps: steps.len(),
            rows: tables.map(|table| table.rows.len()).sum(),
        }
    }

    fn check(&self, read: &Self, faults: &mut Faults) {
        let kinds = [
            ("headings", self.headings, read.headings),
            ("steps", self.steps, read.steps),
            ("rows of tables", self.rows, read.rows),
        ];
        for (kind, written, read) in kinds {
            if written != read {
                faults.add(
                    1,
                    format!("{written} {kind} are written, and {read} were read"),
                );
            }
        }
    }
}

fn backgrounds(feature: &Feature) -> impl Iterator<Item = &gherkin::Background> {
    let in_rules = feature
        .rules
        .iter()
        .filter_map(|rule| rule.background.as_ref());
    feature.background.iter().chain(in_rules)
}

/// Free text may stand below `Feature:` and `Rule:`; a misspelt `Scenaro: ...` there would
/// swallow a scenario.
fn looks_like_heading(text: &str) -> bool {
    text.split_whitespace()
        .take(2)
        .any(|word| word.ends_with(':'))
}

fn check_outlines(feature: &Feature, faults: &mut Faults) {
    for scenario in scenarios(feature) {
        let line = scenario.position.line;
        if scenario.keyword.trim() != "Scenario" && scenario.examples.is_empty() {
            faults.add(line, format!("outline without examples: {}", scenario.name));
        }
        for examples in &scenario.examples {
            let rows = examples.table.as_ref().map_or(0, |table| table.rows.len());
            if rows < 2 {
                faults.add(
                    examples.position.line,
                    format!("examples without rows: {}", scenario.name),
                );
            }
        }
    }
}

fn check_expanded(
    feature: &Feature,
    step_match: &impl Fn(&gherkin::Step) -> StepMatch,
    faults: &mut Faults,
) {
    if scenarios(feature).next().is_none() {
        faults.add(feature.position.line, "feature without scenarios");
    }
    for background in backgrounds(feature) {
        check_steps(&background.steps, step_match, faults);
    }
    for scenario in scenarios(feature) {
        let line = scenario.position.line;
        let name = &scenario.name;
        if scenario.description.is_some() {
            faults.add(
                line,
                format!("text between the heading and the steps: {name}"),
            );
        }
        if scenario.steps.is_empty() {
            faults.add(line, format!("scenario without steps: {name}"));
        } else if !scenario.steps.iter().any(|step| step.ty == StepType::Then) {
            faults.add(line, format!("scenario without a Then: {name}"));
        }
        if rule_ids(&scenario.tags).next().is_none() {
            faults.add(
                line,
                format!("scenario without a rule's tag such as @CR-01: {name}"),
            );
        }
        check_steps(&scenario.steps, step_match, faults);
    }
}

fn check_steps(
    steps: &[gherkin::Step],
    step_match: &impl Fn(&gherkin::Step) -> StepMatch,
    faults: &mut Faults,
) {
    for step in steps {
        let problem = match step_match(step) {
            StepMatch::Defined => continue,
            StepMatch::Undefined => "undefined",
            StepMatch::Ambiguous => "ambiguous",
        };
        let keyword = step.keyword.trim();
        faults.add(
            step.position.line,
            format!("{problem} step: {keyword} {}", step.value),
        );
    }
}

/// The parser shows the position in its message only, `Error at LINE:COLUMN: ...`, where a list of
/// grammar symbols follows that helps nobody.
fn line_of(message: &str) -> usize {
    message
        .split_once("at ")
        .and_then(|(_, rest)| rest.split(':').next())
        .and_then(|line| line.parse().ok())
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
Feature: Paying
  Free text, which may say anything.

  Rule: A buyer pays once
    More free text.

    @CR-01
    Scenario: A plain one
      Given a buyer
      When the buyer pays
      Then all is well

    Scenario Outline: One for <who>
      Given <who>
      Then all is well

      @CR-02
      Examples: the usual ones
        | who |
        | Ada |
        | Ben |
";

    fn known(step: &gherkin::Step) -> StepMatch {
        match step.value.as_str() {
            "twice" => StepMatch::Ambiguous,
            "nonsense" => StepMatch::Undefined,
            _ => StepMatch::Defined,
        }
    }

    fn faults(text: &str) -> Vec<String> {
        read("f.feature", text, known)
            .err()
            .unwrap_or_default()
            .iter()
            .map(Fault::to_string)
            .collect()
    }

    #[track_caller]
    fn assert_fault(from: &str, to: &str, expected: &str) {
        assert!(GOOD.contains(from), "{from:?} is not in the good text");
        let found = faults(&GOOD.replacen(from, to, 1));
        assert!(
            found.iter().any(|fault| fault.starts_with(expected)),
            "{expected:?} is not in {found:#?}"
        );
    }

    #[test]
    fn a_sound_file_has_a_scenario_for_each_row() {
        let feature = read("f.feature", GOOD, known).unwrap();
        let names: Vec<_> = scenarios(&feature).map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["A plain one", "One for Ada", "One for Ben"]);
    }

    #[test]
    fn a_misspelt_step_keyword_is_found_wherever_it_stands() {
        let misspelt = "f.feature:9: misspelt keyword or stray text: Gvien a buyer";
        assert_fault("Given a buyer", "Gvien a buyer", misspelt);
        let misspelt = "f.feature:10: misspelt keyword or stray text: Wehn the buyer pays";
        assert_fault("When the buyer pays", "Wehn the buyer pays", misspelt);
        let lower = "f.feature:11: misspelt keyword or stray text: then all is well";
        assert_fault("Then all is well", "then all is well", lower);
    }

    #[test]
    fn a_misspelt_heading_is_found_wherever_it_stands() {
        let misspelt = "f.feature:8: misspelt keyword or stray text: Scenaro: A plain one";
        assert_fault("Scenario: A plain", "Scenaro: A plain", misspelt);
        let misspelt = "f.feature:13: misspelt keyword or stray text: Scenario Outlin: One for";
        assert_fault("Scenario Outline:", "Scenario Outlin:", misspelt);
        let misspelt = "f.feature:18: misspelt keyword or stray text: Exampels: the usual ones";
        assert_fault("Examples:", "Exampels:", misspelt);
    }

    #[test]
    fn a_scenario_swallowed_by_a_description_is_found_by_its_steps() {
        let swallowed = "f.feature:9: step outside of a scenario: Given a buyer";
        assert_fault("Scenario: A plain one", "A plain one", swallowed);
    }

    #[test]
    fn an_undefined_step_is_found_with_its_line() {
        let undefined = "f.feature:10: undefined step: When nonsense";
        assert_fault("When the buyer pays", "When nonsense", undefined);
        let undefined = "f.feature:14: undefined step: Given nonsense";
        assert_fault("| Ada |", "| nonsense |", undefined);
    }

    #[test]
    fn a_step_with_two_meanings_is_found_with_its_line() {
        let ambiguous = "f.feature:10: ambiguous step: When twice";
        assert_fault("When the buyer pays", "When twice", ambiguous);
    }

    #[test]
    fn an_empty_scenario_is_found() {
        let all = "      Given a buyer\n      When the buyer pays\n      Then all is well\n";
        assert_fault(all, "", "f.feature:8: scenario without steps: A plain one");
    }

    #[test]
    fn a_scenario_that_checks_nothing_is_found() {
        let idle = "f.feature:8: scenario without a Then: A plain one";
        assert_fault("Then all is well", "And the buyer leaves", idle);
    }

    #[test]
    fn an_outline_whose_rows_are_gone_is_found() {
        let rows = "        | Ada |\n        | Ben |\n";
        let vanished = "f.feature:18: examples without rows: One for <who>";
        assert_fault(rows, "", vanished);
        let table = "      @CR-02\n      Examples: the usual ones\n        | who |\n";
        let without_table = GOOD.replacen(table, "", 1).replacen(rows, "", 1);
        assert_eq!(
            faults(&without_table),
            ["f.feature:13: outline without examples: One for <who>"]
        );
    }

    #[test]
    fn a_row_that_does_not_fit_its_table_is_found() {
        let misfit = "row with more or fewer cells than the first of its table";
        let misfit = format!("f.feature:20: {misfit}");
        assert_fault("| Ada |", "| Ada | Eve |", &misfit);
        assert_fault("| Ada |", "| Ada", &misfit);
    }

    #[test]
    fn a_placeholder_without_a_column_is_found() {
        assert_fault(
            "Given <who>",
            "Given <whom>",
            "f.feature:14: no column <whom>",
        );
    }

    #[test]
    fn a_scenario_without_a_rule_is_found() {
        let tag = "scenario without a rule's tag such as @CR-01";
        let plain = format!("f.feature:8: {tag}: A plain one");
        assert_fault("@CR-01", "@slow", &plain);
        assert_fault("@CR-01", "@cr-01", &plain);
        assert_fault("@CR-02", "", &format!("f.feature:20: {tag}: One for Ada"));
    }

    #[test]
    fn a_feature_or_a_rule_without_scenarios_is_found() {
        assert_eq!(
            faults("Feature: Nothing\n"),
            ["f.feature:1: feature without scenarios"]
        );
        let rule = "  Rule: A buyer pays once\n";
        let lost = "f.feature:1: 6 headings are written, and 5 were read";
        assert_fault(rule, &format!("{rule}\n{rule}"), lost);
    }

    #[test]
    fn what_is_not_gherkin_is_found_with_a_line() {
        assert_eq!(
            faults("Feature: F\n  Rule: R\n@\n"),
            ["f.feature:3: not Gherkin from here on"]
        );
        assert_eq!(faults(""), ["f.feature:1: not Gherkin from here on"]);
    }
}
