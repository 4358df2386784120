//! The chain client against nodes that are honest, broken, gone, or lie.

mod honest;
mod hostile;
mod sale;
mod world;
