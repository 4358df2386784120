//! The registrars' mathematics, their service, and their client.

mod ceremony;
mod privacy;
mod rfc9497;
mod service;
mod support;
