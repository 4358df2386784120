use crate::OutcomeError;
use autochain_primitives::{B256, Bloom, Header};

/// Checks what execution gave against the header: gas used, logs bloom, receipts root.
///
/// # Errors
/// [`OutcomeError`]: the first that differs.
pub fn check_outcome(
    header: &Header,
    gas_used: u64,
    receipts_root: B256,
    logs_bloom: &Bloom,
) -> Result<(), OutcomeError> {
    if header.gas_used != gas_used {
        return Err(OutcomeError::GasUsed { got: header.gas_used, expected: gas_used });
    }
    if header.logs_bloom != *logs_bloom {
        return Err(OutcomeError::LogsBloom {
            got: Box::new(header.logs_bloom),
            expected: Box::new(*logs_bloom),
        });
    }
    if header.receipts_root != receipts_root {
        return Err(OutcomeError::ReceiptsRoot { got: header.receipts_root, expected: receipts_root });
    }
    Ok(())
}

/// Checks the state root after the block.
///
/// # Errors
/// [`OutcomeError::StateRoot`].
pub fn check_state_root(header: &Header, state_root: B256) -> Result<(), OutcomeError> {
    if header.state_root == state_root {
        Ok(())
    } else {
        Err(OutcomeError::StateRoot { got: header.state_root, expected: state_root })
    }
}
