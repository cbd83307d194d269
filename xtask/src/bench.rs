//! Measures, and writes one table: each figure beside its goal and beside a floor that was measured
//! in the same run, since another machine, or another hour, has other figures.
//!
//! A benchmark prints its figures as rows of that table, and judges them itself.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::shell::{self, tell};

const TABLE: &str = "docs/benchmarks.md";
const COLUMNS: [&str; 5] = ["what", "measured", "goal", "floor", "ratio"];
/// How a benchmark says, behind the goal, that it is not reached.
const MISSED: &str = ": missed";
/// The sandbox is measured as it ships, the SDK as the programs that depend on it build it.
const BENCHMARKS: [&str; 3] = [
    "cargo bench --quiet --profile release -p clinkbill-sandbox --bench '*'",
    "cargo build --quiet --release -p clinkbill-cli --bin clinkbill \
     && cp target/release/clinkbill target/clinkbill \
     && CLINKBILL_PROGRAM=$PWD/target/clinkbill \
     cargo bench --quiet --profile release -p clinkbill-cli --bench '*'",
    "cargo bench --quiet -p clinkbill-bench --bench '*'",
];

/// Runs every benchmark and writes the table. Instructions beyond a limit make their benchmark fail;
/// a goal in time that is missed is told, since time is whatever else the machine does.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let machine = machine();
    let mut rows = Vec::new();
    for line in BENCHMARKS {
        tell(&format!("$ {line}\n"));
        let mut printed = rows_of(&shell::read(line, shell::shell(root, line))?)?;
        if printed.is_empty() {
            return Err(format!("`{line}` printed no figure"));
        }
        tell(&format!("{}\n", printed.join("\n")));
        rows.append(&mut printed);
    }
    let path = root.join(TABLE);
    fs::write(&path, page(&machine, &rows)).map_err(|error| format!("{TABLE}: {error}"))?;
    let missed = rows.iter().filter(|row| row.contains(MISSED));
    tell(&format!(
        "{TABLE} has {} figures; goals that are missed: {}\n",
        rows.len(),
        missed.count()
    ));
    Ok(())
}

fn rows_of(printed: &str) -> Result<Vec<String>, String> {
    let rows = printed.lines().filter(|line| line.starts_with('|'));
    rows.map(|row| {
        if row.matches('|').count() == COLUMNS.len() + 1 {
            Ok(row.to_owned())
        } else {
            Err(format!(
                "a row has other columns than {}: {row}",
                COLUMNS.join(", ")
            ))
        }
    })
    .collect()
}

fn page(machine: &str, rows: &[String]) -> String {
    let mut page = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`, on {machine}. A floor does the same work without us, in the same\n\
         run: compare ratios, not figures of different machines. Instructions are counted and repeat, and\n\
         so do bytes. Everything else is time, and depends on what else the machine does: its load is that\n\
         from before the first figure.\n\n\
         | {} |\n|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for row in rows {
        // Writing to a string does not fail.
        let _ = writeln!(page, "{row}");
    }
    page
}

/// What kind of machine this is and how busy, and nothing that names it.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut machine = format!(
        "{cores} cores of {}, {}",
        std::env::consts::ARCH,
        std::env::consts::OS
    );
    // Where the system tells: above the number of cores, something else had them too.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    if let Some(load) = load.split(' ').next().filter(|load| !load.is_empty()) {
        let _ = write!(machine, ", with a load of {load}");
    }
    machine
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| a create | 10 us | under 15 us | JSON: 5 us | 2.0 |";

    #[test]
    fn rows_are_taken_from_between_what_else_is_printed() {
        let rows = rows_of(&format!("running\n{ROW}\ndone\n")).unwrap();
        assert_eq!(rows, [ROW]);
        let page = page("2 cores of x86_64, linux", &rows);
        assert!(page.contains("on 2 cores of x86_64, linux."), "{page}");
        assert!(
            page.ends_with(&format!(
                "| what | measured | goal | floor | ratio |\n|---|---|---|---|---|\n{ROW}\n"
            )),
            "{page}"
        );
    }

    #[test]
    fn a_row_with_other_columns_is_refused() {
        let error = rows_of("| a create | 10 us |\n").unwrap_err();
        assert!(error.contains("| a create | 10 us |"), "{error}");
    }
}
