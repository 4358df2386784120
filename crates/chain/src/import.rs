use crate::{
    Chain, ChainBlock, ChainEvent, ImportError, ImportStats, InvalidBlock,
    ancestry::Ancestry,
    bad::BadBlocks,
    verify::{VerifiedBlock, refused, verify},
    work::{ExtendError, Tip, Work},
};
use autochain_primitives::{B256, Block, RecoveredBlock, SealedBlock, thread_time};
use autochain_store::{Commit, Reader, StoreError};
use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The batch rule of bulk import: one durable commit for at most this many blocks.
pub const BATCH_BLOCKS: usize = 256;

/// Blocks that are verified together in bulk import: seals are checked in batches.
const VERIFY_BLOCKS: usize = 128;

/// Blocks before the end of an epoch from which on the next one's cache is built in the background.
const EPOCH_NOTICE: u64 = 256;

/// Who brings a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Our own miner: preferred among branches of equal total difficulty.
    Own,
    /// A peer, a file, a client.
    Other,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportSummary {
    /// Blocks that became canonical.
    pub canonical: u64,
    /// Blocks kept beside the canonical chain.
    pub side: u64,
    /// Blocks that were there already.
    pub known: u64,
    /// Reorganisations, and the depth of the deepest.
    pub reorganisations: u64,
    /// Canonical blocks that the deepest reorganisation removed.
    pub deepest: u64,
    /// Transactions in canonical blocks.
    pub transactions: u64,
    /// Gas used by canonical blocks.
    pub gas: u64,
    /// Where the time went.
    pub stats: ImportStats,
}

/// What stays between imports, under the import lock.
#[derive(Debug, Default)]
pub(crate) struct Importer {
    ancestry: Ancestry,
    bad: BadBlocks,
    /// The branch that was executed last, so that the next block of it need not execute it again.
    branch: Option<Work>,
    /// Whether our own miner made the head.
    own_head: Option<B256>,
}

impl Chain {
    /// Imports blocks in order, parents first; blocks that are there already are skipped. Everything before the
    /// first bad block is imported and durable on return.
    ///
    /// # Errors
    /// [`ImportError`] for the first block that cannot be imported.
    pub fn import(&self, blocks: Vec<Block>, origin: Origin) -> Result<ImportSummary, ImportError> {
        let mut importer = self.importer.lock();
        let mut summary = ImportSummary::default();
        let mut run = Run::new(self, &mut importer, origin, &mut summary)?;
        let blocks = blocks.into_iter().map(Block::seal_slow).collect();
        let (fresh, refused) = run.unknown(blocks);
        let (verified, error) = {
            let importer = &mut *run.importer;
            verify(
                &self.spec,
                &self.seals,
                &run.reader,
                &mut importer.ancestry,
                fresh,
                unix_now(),
                &mut run.summary.stats,
            )
        };
        let executed = run.execute(verified).and_then(|()| run.flush());
        run.finish(executed, error.or(refused))?;
        Ok(summary)
    }

    /// Imports a long sequence of blocks: the next blocks are verified on other cores while these are executed,
    /// and one commit holds up to [`BATCH_BLOCKS`]. `progress` hears of finished blocks and gas.
    ///
    /// # Errors
    /// [`ImportError`] for the first block that cannot be imported; what came before it is durable.
    pub fn import_stream<E>(
        &self,
        blocks: impl Iterator<Item = Result<Block, E>> + Send,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<ImportSummary, ImportError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut importer = self.importer.lock();
        let mut summary = ImportSummary::default();
        let bad = importer.bad.clone();
        let mut run = Run::new(self, &mut importer, Origin::Other, &mut summary)?;
        let result = std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel::<Verified>(2);
            let bad = &bad;
            scope.spawn(move || self.verify_stream(blocks, bad, &sender));
            let mut outcome = Ok(());
            for chunk in receiver {
                run.summary.known += chunk.known;
                run.summary.stats.decode += chunk.stats.decode;
                run.summary.stats.senders += chunk.stats.senders;
                run.summary.stats.seals += chunk.stats.seals;
                run.summary.stats.checks += chunk.stats.checks;
                let (count, gas) = chunk.totals();
                let executed = run.execute(chunk.blocks);
                let failed = executed.is_err() || chunk.error.is_some();
                if failed {
                    let executed = executed.and_then(|()| run.flush());
                    outcome = run.finish(executed, chunk.error);
                    break;
                }
                progress(count + chunk.known, gas);
            }
            outcome.and_then(|()| run.flush())
        });
        result?;
        Ok(summary)
    }

    /// The verifying half of a bulk import; ends when the receiver is gone.
    fn verify_stream<E>(
        &self,
        blocks: impl Iterator<Item = Result<Block, E>>,
        bad: &BadBlocks,
        sender: &mpsc::SyncSender<Verified>,
    ) where
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut ancestry = Ancestry::default();
        let mut blocks = blocks.fuse();
        loop {
            let mut chunk = Verified::default();
            let mut fresh = Vec::with_capacity(VERIFY_BLOCKS);
            let mut source_error = None;
            let reader = match self.reader() {
                Ok(reader) => reader,
                Err(error) => {
                    chunk.error = Some(error.into());
                    drop(sender.send(chunk));
                    return;
                }
            };
            let started = thread_time();
            while fresh.len() < VERIFY_BLOCKS {
                match blocks.next() {
                    None => break,
                    Some(Err(error)) => {
                        source_error = Some(ImportError::Source(Box::new(error)));
                        break;
                    }
                    Some(Ok(block)) => {
                        let block = block.seal_slow();
                        match is_fresh(&reader, bad, &block) {
                            Ok(true) => fresh.push(block),
                            Ok(false) => chunk.known += 1,
                            Err(error) => {
                                source_error = Some(error);
                                break;
                            }
                        }
                    }
                }
                if chunk.known >= VERIFY_BLOCKS as u64 * 8 {
                    break;
                }
            }
            chunk.stats.decode = thread_time().saturating_sub(started);
            let ended = fresh.is_empty() && chunk.known == 0 && source_error.is_none();
            if ended {
                return;
            }
            let now = unix_now();
            let (verified, error) =
                verify(&self.spec, &self.seals, &reader, &mut ancestry, fresh, now, &mut chunk.stats);
            chunk.blocks = verified;
            chunk.error = error.or(source_error);
            let last = chunk.error.is_some();
            // The other half may take long: no snapshot is held meanwhile, so that the database can reuse its pages.
            drop(reader);
            if sender.send(chunk).is_err() || last {
                return;
            }
        }
    }
}

/// A verified part of a bulk import.
#[derive(Default)]
struct Verified {
    blocks: Vec<VerifiedBlock>,
    known: u64,
    error: Option<ImportError>,
    stats: ImportStats,
}

impl Verified {
    fn totals(&self) -> (u64, u64) {
        let gas = self.blocks.iter().map(|verified| verified.block.header.gas_used).sum();
        (self.blocks.len() as u64, gas)
    }
}

/// One call of import: the snapshot, the work in hand, what was done.
struct Run<'a> {
    chain: &'a Chain,
    importer: &'a mut Importer,
    origin: Origin,
    summary: &'a mut ImportSummary,
    reader: Reader,
    work: Work,
    started: Instant,
}

impl<'a> Run<'a> {
    fn new(
        chain: &'a Chain,
        importer: &'a mut Importer,
        origin: Origin,
        summary: &'a mut ImportSummary,
    ) -> Result<Self, StoreError> {
        let reader = chain.reader()?;
        let work = Work::on_head(chain.tip());
        Ok(Self { chain, importer, origin, summary, reader, work, started: Instant::now() })
    }

    /// The blocks that are not stored yet, up to the first that was found bad before.
    fn unknown(&mut self, blocks: Vec<SealedBlock>) -> (Vec<SealedBlock>, Option<ImportError>) {
        let mut fresh = Vec::with_capacity(blocks.len());
        for block in blocks {
            match is_fresh(&self.reader, &self.importer.bad, &block) {
                Ok(true) => fresh.push(block),
                Ok(false) => self.summary.known += 1,
                Err(error) => return (fresh, Some(error)),
            }
        }
        (fresh, None)
    }

    /// Executes verified blocks, each where it belongs.
    fn execute(&mut self, blocks: Vec<VerifiedBlock>) -> Result<(), ImportError> {
        for verified in blocks {
            if verified.block.header.parent_hash == self.work.tip.hash {
                self.extend_head(verified)?;
            } else {
                self.flush()?;
                // A flush may have brought the tip to this block's parent, or stored the block itself.
                if is_known(&self.reader, verified.block.sealed_block())? {
                    self.summary.known += 1;
                } else {
                    self.extend_branch(verified)?;
                }
            }
        }
        Ok(())
    }

    fn extend_head(&mut self, verified: VerifiedBlock) -> Result<(), ImportError> {
        let (number, hash) = (verified.block.header.number, verified.block.hash());
        self.work
            .extend(&self.chain.spec, &self.reader, verified, &mut self.summary.stats)
            .map_err(|error| extend_error(number, hash, error))?;
        if self.work.len() >= BATCH_BLOCKS || self.work.is_large() {
            self.flush()?;
        }
        Ok(())
    }

    /// Executes a block on a branch; the branch becomes canonical if it is heavier now.
    fn extend_branch(&mut self, verified: VerifiedBlock) -> Result<(), ImportError> {
        let head = self.chain.tip();
        let parent = verified.block.header.parent_hash;
        let block = verified.block.sealed_block().clone();
        let total_difficulty = verified.total_difficulty;
        let cached = self.importer.branch.take();
        let mut branch = match cached.filter(|work| work.base == head.hash && work.tip.hash == parent) {
            Some(work) => work,
            None => self.execute_branch(head, parent)?,
        };
        branch
            .extend(&self.chain.spec, &self.reader, verified, &mut self.summary.stats)
            .map_err(|error| extend_error(block.header.number, block.hash(), error))?;

        let own = self.origin == Origin::Own && self.importer.own_head != Some(head.hash);
        let heavier =
            total_difficulty > head.total_difficulty || (total_difficulty == head.total_difficulty && own);
        if heavier {
            self.work = branch;
            return self.flush();
        }
        let started = thread_time();
        let header = block.sealed_header();
        let commit = Commit { side: vec![(block, total_difficulty)], ..Commit::default() };
        self.chain.store.commit(commit)?;
        self.chain.remember_side(header);
        self.summary.stats.commit += thread_time().saturating_sub(started);
        self.summary.side += 1;
        self.importer.branch = Some(branch);
        self.reader = self.chain.reader()?;
        Ok(())
    }

    /// Executes the stored side blocks from the canonical chain up to and with `tip`.
    fn execute_branch(&mut self, head: Tip, tip: B256) -> Result<Work, ImportError> {
        let mut blocks = Vec::new();
        let mut next = tip;
        let ancestor = loop {
            if let Some(number) = self.reader.number(&next)? {
                let total_difficulty = self.reader.total_difficulty(number)?.ok_or_else(|| {
                    StoreError::Missing { record: format!("total difficulty of block {number}") }
                })?;
                break Tip { number, hash: next, total_difficulty };
            }
            let (block, total_difficulty) = self
                .reader
                .side_block(&next)?
                .ok_or_else(|| StoreError::Missing { record: format!("side block {next}") })?;
            next = block.header.parent_hash;
            blocks.push((block, total_difficulty));
        };
        let mut work = Work::on_branch(&self.reader, head, ancestor)?;
        for (block, total_difficulty) in blocks.into_iter().rev() {
            // Stored side blocks were verified before; only their senders are recovered again.
            let (number, hash) = (block.header.number, block.hash());
            let block: RecoveredBlock = block
                .recover(false)
                .map_err(|(index, error)| refused(number, hash, InvalidBlock::Sender { index, error }))?;
            work.extend(
                &self.chain.spec,
                &self.reader,
                VerifiedBlock { block, total_difficulty },
                &mut self.summary.stats,
            )
            .map_err(|error| extend_error(number, hash, error))?;
        }
        Ok(work)
    }

    /// Makes the work canonical: one durable commit, then the event and the log line.
    fn flush(&mut self) -> Result<(), ImportError> {
        let Some(head) = self.work.head() else { return Ok(()) };
        let started = thread_time();
        let removed = match self.work.unwind_to() {
            Some(ancestor) => removed_blocks(&self.reader, ancestor)?,
            None => Vec::new(),
        };
        let listened = self.chain.events.receiver_count() > 0;
        let added = if listened { self.work.chain_blocks() } else { Vec::new() };
        let blocks = self.work.len();
        let (transactions, gas) = self.work.totals();
        let tip = self.work.tip;
        let work = std::mem::replace(&mut self.work, Work::on_head(tip));
        let committed = self.chain.store.commit_then(work.into_commit(), || self.chain.set_head(head));
        self.importer.branch = None;
        if let Err(error) = committed {
            // Nothing was written: the tip is the head again.
            self.work = Work::on_head(self.chain.tip());
            return Err(error.into());
        }
        self.reader = self.chain.reader()?;
        for block in removed.iter().rev() {
            self.chain.remember_side(block.block.sealed_header());
        }
        self.prepare_epoch(tip.number);
        self.summary.stats.commit += thread_time().saturating_sub(started);
        self.summary.canonical += blocks as u64;
        self.summary.transactions += transactions as u64;
        self.summary.gas += gas;
        if self.origin == Origin::Own {
            self.importer.own_head = Some(tip.hash);
        }
        self.report(&removed, blocks, transactions, gas, tip);
        if listened {
            // An error only says that the last listener left meanwhile.
            drop(self.chain.events.send(ChainEvent { removed, added }));
        }
        Ok(())
    }

    fn report(
        &mut self,
        removed: &[Arc<ChainBlock>],
        blocks: usize,
        transactions: usize,
        gas: u64,
        tip: Tip,
    ) {
        let elapsed = std::mem::replace(&mut self.started, Instant::now()).elapsed();
        if !removed.is_empty() {
            let depth = removed.len() as u64;
            self.summary.reorganisations += 1;
            self.summary.deepest = self.summary.deepest.max(depth);
            if depth > self.chain.spec.safe_depth {
                tracing::error!(depth, number = tip.number, hash = %tip.hash,
                    "Deep chain reorganisation: safe and finalized were rewound");
            } else {
                tracing::info!(drop = depth, add = blocks, number = tip.number, hash = %tip.hash,
                    "Chain reorg detected");
            }
        }
        if self.origin == Origin::Own {
            return; // the miner says it in its own words
        }
        let mgas = gas as f64 / 1e6;
        tracing::info!(
            number = tip.number,
            hash = %tip.hash,
            blocks,
            txs = transactions,
            mgas = format!("{mgas:.3}"),
            elapsed = %format_duration(elapsed),
            mgasps = format!("{:.3}", mgas / elapsed.as_secs_f64().max(1e-6)),
            "Imported new chain segment"
        );
    }

    /// Ends a run: the first error wins, an invalid block is remembered.
    fn finish(
        &mut self,
        executed: Result<(), ImportError>,
        later: Option<ImportError>,
    ) -> Result<(), ImportError> {
        let error = match (executed, later) {
            (Err(error), _) => {
                // What stood before the bad block in this batch is good and is kept.
                self.flush()?;
                error
            }
            (Ok(()), Some(error)) => error,
            (Ok(()), None) => return Ok(()),
        };
        self.remember_bad(&error);
        Err(error)
    }

    /// Has the next epoch's cache built while this one ends, so that its first block need not wait for it.
    fn prepare_epoch(&self, head: u64) {
        let length = self.chain.spec.epoch_length(head).max(1);
        if length.saturating_sub(head % length) <= EPOCH_NOTICE {
            self.chain.seals.prefetch(head);
        }
    }

    fn remember_bad(&mut self, error: &ImportError) {
        self.importer.ancestry.clear();
        if let ImportError::Invalid { number, hash, reason } = error {
            if !reason.condemns() {
                return;
            }
            tracing::error!(number, hash = %hash, err = %reason, "Bad block");
            self.importer.bad.remember(*hash, reason.to_string());
        }
    }
}

/// Whether a block is neither stored nor known to be bad.
fn is_fresh(reader: &Reader, bad: &BadBlocks, block: &SealedBlock) -> Result<bool, ImportError> {
    bad.check(block)?;
    Ok(!is_known(reader, block)?)
}

fn is_known(reader: &Reader, block: &SealedBlock) -> Result<bool, StoreError> {
    Ok(reader.number(&block.hash())?.is_some() || reader.side_total_difficulty(&block.hash())?.is_some())
}

/// The canonical blocks above `ancestor`, newest first, as a reorganisation removes them.
fn removed_blocks(reader: &Reader, ancestor: u64) -> Result<Vec<Arc<ChainBlock>>, StoreError> {
    let (head, _) = reader.head()?;
    let mut removed = Vec::new();
    for number in (ancestor.saturating_add(1)..=head).rev() {
        let missing = || StoreError::Missing { record: format!("canonical block {number}") };
        removed.push(Arc::new(ChainBlock {
            block: reader.recovered_block(number)?.ok_or_else(missing)?,
            receipts: reader.receipts(number)?.ok_or_else(missing)?,
            total_difficulty: reader.total_difficulty(number)?.ok_or_else(missing)?,
        }));
    }
    Ok(removed)
}

fn extend_error(number: u64, hash: B256, error: ExtendError) -> ImportError {
    match error {
        ExtendError::Invalid(reason) => ImportError::Invalid { number, hash, reason },
        ExtendError::State(error) => error.into(),
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A duration as geth's logs print it: `12.345ms`.
fn format_duration(duration: Duration) -> String {
    format!("{duration:.3?}")
}
