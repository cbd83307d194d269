use std::error::Error;

use clinkbill_conformance::{Catalogue, Drift, Report, Target, Verdict, run};

/// What a build server keeps of a run.
pub struct Judgement {
    pub conforms: bool,
    /// What a person has to look at, a line each.
    pub to_look_at: Vec<String>,
    /// What is different from the run before.
    pub drift: Option<Drift>,
    /// The report, to be saved for the next run.
    pub report: String,
}

/// Judges a server by every scenario, and compares it with the report of an earlier run.
pub async fn judge(target: &Target, before: Option<&str>) -> Result<Judgement, Box<dyn Error>> {
    let report = run(&Catalogue::embedded()?, target, |_| true).await?;
    let mut to_look_at = Vec::new();
    for (scenario, verdict) in report.scenarios() {
        match verdict {
            Verdict::Passed | Verdict::NotRun(_) => {}
            Verdict::Failed(why) | Verdict::Blocked(why) => {
                to_look_at.push(format!("{}: {}", scenario.name, why.message));
            }
            Verdict::Observed(answer) => to_look_at.push(format!("{}: {answer}", scenario.name)),
        }
    }
    for own in &report.answers().breaks {
        to_look_at.push(format!("{} breaks the contract: {}", own.answer, own.how));
    }
    let before = before.map(Report::from_json).transpose()?;
    Ok(Judgement {
        conforms: report.conforms(),
        to_look_at,
        drift: before.map(|before| Drift::between(&before, &report)),
        report: report.to_json()?,
    })
}
