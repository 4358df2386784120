//! Nothing but `tests/`: `obd-core` against independent implementations.
