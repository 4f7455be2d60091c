//! WACZ 1.1.1 packages with the anonymous signature of wacz-auth 0.1.0.

mod container;
mod index;
mod package;
mod sign;

#[cfg(test)]
mod tests;

pub use container::{Container, ContainerProblem, Member};
pub use index::{Indexed, cdxj_line, check_index, compress_index};
pub(crate) use package::{Manifest, ManifestDigest};
pub use package::{PackageError, PackageFile, PackageInput, Resource, build_package, read_manifest, write_zip};
pub use sign::{PackageKey, SignedData, verify_signed};
