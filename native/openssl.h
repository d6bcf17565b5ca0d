#pragma once
#include <cstddef>
#include <cstdint>
#include <ctime>

// The functions of OpenSSL 3 that the addon uses. Node contains OpenSSL and exports it, but a Node that is linked to another
// library may not: they are looked up when first used, and the addon does without them if one is missing. All types are opaque
// and the signatures belong to the stable interface of OpenSSL 1.1 and 3.

namespace openssl {

struct Bio;
struct Certificate;
struct CertificateStack;
struct Store;
struct StoreContext;
struct Parameters;

struct Functions {
  Bio* (*BIO_new_mem_buf)(const void* data, int octets);
  int (*BIO_free)(Bio*);
  Certificate* (*PEM_read_bio_X509)(Bio*, Certificate**, void* password, void* user);
  Certificate* (*d2i_X509)(Certificate**, const unsigned char** data, long octets);
  void (*X509_free)(Certificate*);
  CertificateStack* (*OPENSSL_sk_new_null)();
  int (*OPENSSL_sk_push)(CertificateStack*, const void*);
  void (*OPENSSL_sk_free)(CertificateStack*);
  Store* (*X509_STORE_new)();
  int (*X509_STORE_add_cert)(Store*, Certificate*);
  void (*X509_STORE_free)(Store*);
  StoreContext* (*X509_STORE_CTX_new)();
  int (*X509_STORE_CTX_init)(StoreContext*, Store*, Certificate* target, CertificateStack* untrusted);
  int (*X509_STORE_CTX_set_default)(StoreContext*, const char* name);
  Parameters* (*X509_STORE_CTX_get0_param)(StoreContext*);
  int (*X509_STORE_CTX_get_error)(const StoreContext*);
  void (*X509_STORE_CTX_free)(StoreContext*);
  void (*X509_VERIFY_PARAM_set_time)(Parameters*, time_t);
  int (*X509_VERIFY_PARAM_set1_host)(Parameters*, const char* name, size_t octets);
  void (*X509_VERIFY_PARAM_set_hostflags)(Parameters*, unsigned int);
  int (*X509_VERIFY_PARAM_set1_ip_asc)(Parameters*, const char* address);
  int (*X509_verify_cert)(StoreContext*);
  void (*ERR_clear_error)();
};

/** Returns the functions; nullptr if this Node does not export all of them. */
const Functions* Load();

struct Cipher;
struct CipherContext;

/** The modes of AES, from which the addon composes AES-SIV. */
struct CipherFunctions {
  CipherContext* (*EVP_CIPHER_CTX_new)();
  void (*EVP_CIPHER_CTX_free)(CipherContext*);
  int (*EVP_CIPHER_CTX_set_padding)(CipherContext*, int);
  const Cipher* (*EVP_aes_128_cbc)();
  const Cipher* (*EVP_aes_128_ctr)();
  int (*EVP_EncryptInit_ex)(CipherContext*, const Cipher*, void* engine, const unsigned char* key,
                            const unsigned char* iv);
  int (*EVP_EncryptUpdate)(CipherContext*, unsigned char* out, int* written, const unsigned char* in, int octets);
};

const CipherFunctions* LoadCiphers();

}  // namespace openssl
