#include "par/provenance.h"

#include "build_facts.h"
#include "linalg/blas.h"
#include "linalg/cpu.h"

#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void add(llr_facts_of_run_t *facts, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(llr_facts_of_run_t *facts, const char *key, const char *format, ...)
{
    int64_t at = facts->provenance.count;
    if (at == LLR_PROVENANCE_LINES) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(facts->text[at], LLR_PROVENANCE_TEXT, format, arguments);
    va_end(arguments);
    facts->text[at][strcspn(facts->text[at], "\n")] = '\0';
    facts->key[at] = key;
    facts->value[at] = facts->text[at];
    facts->provenance.count++;
}

/* MPI may be asked for its version before it is initialised. */
static void add_build(llr_facts_of_run_t *facts)
{
    char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length;
    MPI_Get_library_version(mpi, &length);
    mpi[strcspn(mpi, ",")] = '\0';
    add(facts, "version", "%s", LLR_VERSION);
    add(facts, "git", "%s", LLR_GIT);
    add(facts, "compiler", "%s", LLR_COMPILER);
    add(facts, "build", "%s", LLR_BUILD_TYPE);
    add(facts, "blas", "%s", llr_blas_version());
    add(facts, "blas_kernel", "%s", llr_blas_kernel());
    add(facts, "vectors", "%s", llr_cpu_name());
    add(facts, "mpi", "%s", mpi);
    add(facts, "hdf5", "%s", llr_hdf5_version());
}

void llr_provenance_build(llr_facts_of_run_t *facts)
{
    *facts = (llr_facts_of_run_t){0};
    facts->provenance.key = facts->key;
    facts->provenance.value = facts->value;
    add_build(facts);
}

void llr_provenance_add_job(llr_facts_of_run_t *facts, const llr_job_t *job)
{
    char hash[LLR_HASH_TEXT];
    add(facts, "job", "%s", job->name);
    add(facts, "job_hash", "%s", llr_hash_text(llr_job_fingerprint(job), hash));
}

void llr_provenance_add_gathered(llr_facts_of_run_t *facts, const char *const *folder, int folders)
{
    llr_text_t list = {0};
    for (int f = 0; f < folders; f++) llr_text_add(&list, "%s%s", f ? ", " : "", folder[f]);
    add(facts, "gathered", "%d folders: %s", folders, list.failed ? "?" : list.data);
    llr_text_destroy(&list);
}

void llr_provenance_fill(llr_facts_of_run_t *facts, int ranks)
{
    char host[64] = "", moment[64] = "";
    time_t now = time(NULL);
    struct tm fields;
    const char *slurm = getenv("SLURM_JOB_ID");
    llr_provenance_build(facts);
    gethostname(host, sizeof host - 1);
    if (gmtime_r(&now, &fields)) strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%SZ", &fields);
    add(facts, "ranks", "%d", ranks);
    add(facts, "threads", "1");
    add(facts, "host", "%s", host);
    add(facts, "started", "%s", moment);
    if (slurm) add(facts, "slurm_job", "%s", slurm);
}
