//! Writes the sample stream: `cargo run -p vigie-testkit --example samples -- samples/`.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| "samples".into());
    let facts = vigie_testkit::write_samples(std::path::Path::new(&folder))?;
    println!("{facts:?}");
    Ok(())
}
