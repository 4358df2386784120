//! The chain client against nodes that are honest, broken, gone, or lie.

mod clock;
mod damage;
mod drive;
mod honest;
mod hostile;
mod sale;
mod world;
