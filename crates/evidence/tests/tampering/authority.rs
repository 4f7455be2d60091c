//! A real time stamp authority: OpenSSL with throwaway keys.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use vigie_evidence::{Digest, tsp::query, vault::Stamper};

pub(crate) struct Authority {
    folder: PathBuf,
    roots: String,
}

const CONFIG: &str = "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
    default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\nordering = yes\ntsa_name = yes\ness_cert_id_alg = sha256\n";

impl Authority {
    pub(crate) fn new(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("ext"), "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=critical,timeStamping\n").unwrap();
        fs::write(folder.join("serial"), "01\n").unwrap();
        fs::write(folder.join("tsa.cnf"), CONFIG).unwrap();
        let authority = Self { folder: folder.to_owned(), roots: String::new() };
        authority.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign");
        authority.openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj /CN=TSA");
        authority.openssl("x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out tsa.pem");
        Self { roots: fs::read_to_string(folder.join("ca.pem")).unwrap(), ..authority }
    }

    fn openssl(&self, arguments: &str) {
        let out = Command::new("openssl").args(arguments.split(' ')).current_dir(&self.folder).output().expect("this test needs openssl");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }

    pub(crate) fn stamp_bytes(&self, digest: &Digest) -> Vec<u8> {
        fs::write(self.folder.join("q.tsq"), query(digest, 1)).unwrap();
        self.openssl("ts -reply -config tsa.cnf -queryfile q.tsq -out r.tsr");
        fs::read(self.folder.join("r.tsr")).unwrap()
    }
}

impl Stamper for Authority {
    fn stamp(&self, digest: &Digest) -> (Vec<Vec<u8>>, Vec<String>) {
        (vec![self.stamp_bytes(digest)], Vec::new())
    }

    fn roots(&self) -> Option<&str> {
        Some(&self.roots)
    }
}
