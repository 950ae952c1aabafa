//! The cryptography behind `https`.
//!
//! reqwest is built without a provider of its own, so that the one the database's driver brings (ring) serves both and
//! no C library has to be built for a second.

/// Makes ring the process's provider. Does nothing when one is installed already, so it may be called at will.
pub fn install() {
    // An error says that a provider is there already, which is what is wanted.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
}
