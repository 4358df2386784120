use crate::{
    case::{Case, Outcome, Tally},
    cli::Options,
    groups::{Files, GROUPS, Group, OUR_RULES, Work},
    known::KnownFailures,
    pack::{IndexRow, Pack, VectorFile},
};
use rayon::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    time::Instant,
};

/// Sums over all groups.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Files that wait between the archive and the cores.
const QUEUE: usize = 64;

/// Runs all wanted groups and prints a line for each.
pub(crate) fn run(pack: &Pack, options: &Options, mut known: KnownFailures) -> eyre::Result<Summary> {
    let index = pack.index()?;
    let mut summary = Summary::default();
    let mut shown = 0;
    for group in GROUPS.iter().filter(|group| options.wants(group.name)) {
        let started = Instant::now();
        let rows: Vec<_> = index.iter().filter(|row| row.group == group.archive).collect();
        let mut cases = run_group(pack, group, options)?;
        if options.filter.is_none() {
            cases.extend(check_index(&rows, &cases, group));
        }
        let mut results: Vec<(String, Case)> = Vec::new();
        for file in cases {
            results.extend(file.cases.into_iter().map(|case| (file.path.clone(), case)));
        }
        if let Some(filter) = &options.filter {
            results.retain(|(path, case)| format!("{path} {}", case.name).contains(filter));
        }

        let mut tally = Tally::default();
        let mut failed: Vec<(String, String)> = Vec::new();
        let mut expected_failures = 0;
        for (path, case) in &results {
            let name = format!("{path} {}", case.name);
            match &case.outcome {
                Outcome::Failed(_) if known.expect(group.name, path, &case.name) => expected_failures += 1,
                Outcome::Failed(reason) => failed.push((name, reason.clone())),
                _ if known.names(group.name, path, &case.name) => {
                    failed.push((name, "passes, but stands in known-failures.txt".to_owned()));
                }
                _ => {}
            }
            tally.add(case);
        }
        if options.filter.is_none() {
            let gone = "stands in known-failures.txt, but nothing that it names fails".to_owned();
            failed.extend(known.unmet(group.name).into_iter().map(|name| (name, gone.clone())));
        }
        print_group(group, &tally, expected_failures, started);
        failed.sort();
        for (name, reason) in &failed {
            if shown < options.failures {
                println!("  FAILED {name}: {reason}");
            }
            shown += 1;
        }
        summary.passed += tally.count.passed;
        summary.failed += failed.len() as u64;
        summary.skipped += tally.skipped.values().sum::<u64>() + expected_failures;
    }
    if shown > options.failures {
        println!("… and {} more failures (--failures N shows more)", shown - options.failures);
    }
    Ok(summary)
}

/// The cases of one file.
struct FileCases {
    path: String,
    cases: Vec<Case>,
    /// Whether a group claimed the file.
    opened: bool,
}

fn run_group(pack: &Pack, group: &Group, options: &Options) -> eyre::Result<Vec<FileCases>> {
    match group.work {
        Work::Each(work) => each(pack, group.archive, &|file| work(file, pack), options),
        Work::Whole(work) => {
            let mut files = Vec::new();
            pack.stream(group.archive, |file| {
                files.push(file);
                Ok(())
            })?;
            let files = Files::new(files);
            let cases = catch_unwind(AssertUnwindSafe(|| work(&files, pack)))
                .unwrap_or_else(|panic| vec![(String::new(), panicked(&*panic))]);
            let mut by_file: HashMap<String, Vec<Case>> = HashMap::new();
            for (path, case) in cases {
                by_file.entry(path).or_default().push(case);
            }
            for path in files.paths() {
                by_file.entry(path.to_owned()).or_default();
            }
            let opened = files.opened();
            let cases = by_file.into_iter();
            Ok(cases.map(|(path, cases)| FileCases { opened: opened.contains(&path), path, cases }).collect())
        }
    }
}

/// One thread reads the archive, all cores work on its files.
fn each(
    pack: &Pack,
    group: &str,
    work: &(dyn Fn(&VectorFile) -> Option<Vec<Case>> + Sync),
    options: &Options,
) -> eyre::Result<Vec<FileCases>> {
    let (sender, receiver) = mpsc::sync_channel::<VectorFile>(QUEUE);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || {
            pack.stream(group, |file| sender.send(file).map_err(|_| eyre::eyre!("the workers stopped")))
        });
        let run = |file: VectorFile| {
            // A case filter may name a case inside a file, so a file is only left out by its path when the
            // filter is a path.
            let skip = options.filter.as_ref().is_some_and(|filter| {
                filter.contains('/') && !file.path.contains(filter.split(' ').next().unwrap_or_default())
            });
            if skip {
                return FileCases { path: file.path, cases: Vec::new(), opened: true };
            }
            let result = catch_unwind(AssertUnwindSafe(|| work(&file)));
            let (cases, opened) = match result {
                Ok(Some(cases)) => (cases, true),
                Ok(None) => (Vec::new(), false),
                Err(panic) => (vec![panicked(&*panic)], true),
            };
            FileCases { path: file.path, cases, opened }
        };
        let cases = receiver.into_iter().par_bridge().map(run).collect();
        match reader.join() {
            Ok(result) => result.map(|()| cases),
            Err(_) => Err(eyre::eyre!("reading the archive of {group} panicked")),
        }
    })
}

/// Every row of the index must have been opened, every opened file have as many cases as the index says, and
/// every file of the archive be claimed.
fn check_index(rows: &[&IndexRow], files: &[FileCases], group: &Group) -> Vec<FileCases> {
    let mut problems = Vec::new();
    let mut problem = |path: &str, reason: String| {
        let cases = vec![Case::new("(file)", Err(reason))];
        problems.push(FileCases { path: path.to_owned(), cases, opened: true });
    };
    let opened: HashSet<_> = files.iter().filter(|file| file.opened).map(|file| file.path.as_str()).collect();
    for file in files.iter().filter(|file| !file.opened) {
        problem(&file.path, "no group claims this file".to_owned());
    }
    let count = |file: &FileCases| {
        let ours = |case: &&Case| !case.labels.contains(&OUR_RULES);
        (file.path.clone(), file.cases.iter().filter(ours).count() as u64)
    };
    let counts: HashMap<_, _> = files.iter().map(count).collect();
    for row in rows {
        if !opened.contains(row.path.as_str()) {
            problem(&row.path, format!("stands in the index ({} bytes) but was not opened", row.bytes));
        } else if let Some(cases) = row.cases.filter(|_| group.counted) {
            let got = counts.get(&row.path).copied().unwrap_or_default();
            if got != cases {
                problem(&row.path, format!("gave {got} results, the index says {cases} cases"));
            }
        }
    }
    problems
}

fn print_group(group: &Group, tally: &Tally, expected_failures: u64, started: Instant) {
    let mut notes = Vec::new();
    for (label, count) in &tally.labels {
        notes.push(format!("{label} {} of {}", count.passed, count.scored));
    }
    for (skip, count) in &tally.skipped {
        notes.push(format!("{count} {}", skip.reason()));
    }
    if expected_failures > 0 {
        notes.push(format!("{expected_failures} known failures"));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    let count = tally.count;
    let seconds = started.elapsed().as_secs_f64();
    println!("{}: {} of {}{notes} in {seconds:.1} s", group.name, count.passed, count.scored);
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Case {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Case::new("(panic)", Err(format!("panicked: {words}")))
}
