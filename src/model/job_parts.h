/* Parts of the job file's reader and printer; private to it. */
#ifndef LLR_MODEL_JOB_PARTS_H
#define LLR_MODEL_JOB_PARTS_H

#include "model/job.h"
#include "model/job_yaml.h"

enum { LLR_LARGEST_SIZE = 100000000 }; /* n, d, seeds: far beyond any use, safe to multiply */

/* The tables of keys. */
extern const llr_yaml_key_t llr_job_keys[];
extern const int64_t llr_job_key_count;
extern const llr_yaml_key_t llr_dataset_keys[];
extern const int64_t llr_dataset_key_count;
extern const llr_yaml_key_t llr_synthetic_keys[];
extern const int64_t llr_synthetic_key_count;

/* Key `datasets`. */
void llr_read_datasets(llr_yaml_t *yaml, const llr_node_t *node, void *into);
void llr_dataset_destroy_job(llr_job_dataset_t *dataset);

/* A name that can stand in a key of a cell and in a file name. */
bool llr_read_name(llr_yaml_t *yaml, const llr_node_t *node, const char *key, char **out);
/* Sizes: whole numbers from 2 on, each once. */
bool llr_read_sizes(llr_yaml_t *yaml, const llr_node_t *node, int64_t **size, int64_t *count);
/* d/n: above 0, each once. */
bool llr_read_deltas(llr_yaml_t *yaml, const llr_node_t *node, double **delta, int64_t *count);
void llr_read_preprocessing(llr_yaml_t *yaml, const llr_node_t *node, llr_preprocessing_t *out);
/* Priors: two or more, positive, sum 1. */
bool llr_read_priors(llr_yaml_t *yaml, const llr_node_t *node, double **prior, int32_t *count);

/* A text in double quotes. */
void llr_print_text(llr_text_t *out, const char *text);
void llr_print_numbers(llr_text_t *out, const double *value, int64_t count);
void llr_print_integers(llr_text_t *out, const int64_t *value, int64_t count);
void llr_print_preprocessing(llr_text_t *out, const llr_preprocessing_t *preprocess);
/* One entry of `datasets`; where: with its path. */
void llr_print_dataset(llr_text_t *out, const llr_job_t *job, const llr_job_dataset_t *dataset,
                       bool where);

#endif
