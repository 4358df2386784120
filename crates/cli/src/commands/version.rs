use eyre::Result;

/// Prints the version as geth does, a line for each fact.
pub(crate) fn version() -> Result<()> {
    println!("Autochain");
    println!("Version: {}", env!("CARGO_PKG_VERSION"));
    println!("Architecture: {}", std::env::consts::ARCH);
    println!("Operating System: {}", std::env::consts::OS);
    println!("Client: {}", autochain_node::client_version());
    Ok(())
}

/// Prints the licence.
pub(crate) fn license() -> Result<()> {
    println!(
        "Autochain is free software under the MIT licence or the Apache licence, version 2.0, at your choice.\n\n{}",
        include_str!("../../../../LICENSE-MIT")
    );
    Ok(())
}
