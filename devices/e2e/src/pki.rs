use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with keys and certificates on P-256, which the `openssl` command makes.
pub struct Pki(PathBuf);

impl Pki {
    /// In this folder.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        Self(folder.into())
    }

    /// A certificate that signs itself and others; its file in DER.
    ///
    /// # Panics
    ///
    /// When `openssl` cannot.
    pub fn issuer(&self, name: &str) -> PathBuf {
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem \
             -subj /CN={name} -addext basicConstraints=critical,CA:TRUE -days 30"
        ));
        self.openssl(&format!("x509 -in {name}.pem -outform der -out {name}.der"));
        self.0.join(name).with_extension("der")
    }

    /// A certificate of `issuer` for a host; its file and its key's, in PEM.
    ///
    /// # Panics
    ///
    /// When `openssl` cannot.
    pub fn host(&self, host: &str, issuer: &str) -> (PathBuf, PathBuf) {
        let name = format!("{host}-by-{issuer}");
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr \
             -subj /CN={host}"
        ));
        let names = format!("subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n");
        fs::write(self.0.join("names"), names).unwrap();
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -out {name}.pem -days 30 -sha256 \
             -extfile names"
        ));
        (self.0.join(format!("{name}.pem")), self.0.join(format!("{name}.key")))
    }

    fn openssl(&self, args: &str) {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(&self.0).output();
        let output = output.expect("openssl is needed");
        assert!(output.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
