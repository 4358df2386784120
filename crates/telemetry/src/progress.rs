use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often the line is renewed on a terminal.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(200);
/// How often a plain log line is written elsewhere (geth's interval).
const LOG_INTERVAL: Duration = Duration::from_secs(8);

/// Progress of long work on blocks: a line that renews itself on a terminal, plain log lines elsewhere.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: Option<u64>,
    done: u64,
    blocks: u64,
    gas: u64,
    started: Instant,
    shown: Instant,
    terminal: bool,
}

impl Progress {
    /// Starts the clock. `total` is the work in any unit (bytes, blocks), where it is known.
    pub fn new(what: &'static str, total: Option<u64>) -> Self {
        let now = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        Self { what, total, done: 0, blocks: 0, gas: 0, started: now, shown: now, terminal }
    }

    /// Adds finished work: `done` in the unit of the total, with so many blocks and so much gas.
    pub fn advance(&mut self, done: u64, blocks: u64, gas: u64) {
        self.done = self.done.saturating_add(done);
        self.blocks = self.blocks.saturating_add(blocks);
        self.gas = self.gas.saturating_add(gas);
        let interval = if self.terminal { TERMINAL_INTERVAL } else { LOG_INTERVAL };
        if self.shown.elapsed() < interval {
            return;
        }
        self.shown = Instant::now();
        let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
        let blocks_per_second = self.blocks as f64 / seconds;
        let mgas_per_second = self.gas as f64 / 1e6 / seconds;
        let (percent, left) = self.share(seconds);
        if self.terminal {
            eprint!(
                "\r\x1b[K{}: {} blocks, {blocks_per_second:.0} blocks/s, {mgas_per_second:.2} Mgas/s{percent}{left}",
                self.what, self.blocks
            );
            let _unseen = std::io::stderr().flush();
        } else {
            tracing::info!(
                blocks = self.blocks,
                blocksps = format!("{blocks_per_second:.0}"),
                mgasps = format!("{mgas_per_second:.2}"),
                "{}{percent}{left}",
                self.what
            );
        }
    }

    /// Ends the terminal's line.
    pub fn finish(self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    fn share(&self, seconds: f64) -> (String, String) {
        match self.total {
            Some(total) if total > 0 && self.done > 0 => {
                let share = (self.done as f64 / total as f64).min(1.0);
                let left = seconds * (1.0 - share) / share;
                (format!(", {:.1} %", share * 100.0), format!(", {left:.0} s left"))
            }
            _ => (String::new(), String::new()),
        }
    }
}
