/* Key `preprocess`, of a job and of a dataset. */
#include "model/job_parts.h"

#include <string.h>

static void read_variance(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_range_t range = {0, 1, true};
    llr_yaml_number(yaml, node, "preprocess: pca: variance", range,
                    &((llr_preprocessing_t *)into)->variance);
}

static void read_components(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    llr_yaml_integer(yaml, node, "preprocess: pca: components", 1, LLR_LARGEST_SIZE,
                     &((llr_preprocessing_t *)into)->components);
}

static void read_pca(llr_yaml_t *yaml, const llr_node_t *node, void *into)
{
    static const llr_yaml_key_t keys[] = {
        {"variance", NULL, false, read_variance, "share that the components hold"},
        {"components", NULL, false, read_components, "how many"}};
    llr_preprocessing_t *out = into;
    int64_t before = yaml->findings->count;
    out->kind = LLR_PREPROCESS_PCA;
    llr_yaml_mapping(yaml, node, "preprocess: pca", keys, 2, out);
    if (yaml->findings->count == before && (out->variance > 0) == (out->components > 0))
        llr_yaml_complain(yaml, node,
                          "preprocess: pca: give either variance or components, e.g. "
                          "{pca: {variance: 0.99}}");
}

static void read_word(llr_yaml_t *yaml, const llr_node_t *node, llr_preprocessing_t *out)
{
    const char *words[LLR_PREPROCESS_PCA];
    int64_t word;
    const char *given = node->type == YAML_SCALAR_NODE ? (char *)node->data.scalar.value : "";
    for (int p = 0; p < LLR_PREPROCESS_PCA; p++)
        words[p] = llr_preprocess_name((llr_preprocess_t)p);
    if (!strcmp(given, llr_preprocess_name(LLR_PREPROCESS_PCA)))
        llr_yaml_complain(yaml, node,
                          "preprocess: pca: how much is missing; write {pca: {variance: 0.99}} or "
                          "{pca: {components: 32}}");
    else if (llr_yaml_word(yaml, node, "preprocess", words, LLR_PREPROCESS_PCA, &word))
        out->kind = (llr_preprocess_t)word;
}

void llr_read_preprocessing(llr_yaml_t *yaml, const llr_node_t *node, llr_preprocessing_t *out)
{
    static const llr_yaml_key_t keys[] = {
        {"pca", NULL, true, read_pca, "{variance: .99} or {components: 32}"}};
    *out = (llr_preprocessing_t){0};
    if (node->type == YAML_MAPPING_NODE)
        llr_yaml_mapping(yaml, node, "preprocess", keys, 1, out);
    else
        read_word(yaml, node, out);
}

void llr_print_preprocessing(llr_text_t *out, const llr_preprocessing_t *preprocess)
{
    char number[LLR_NUMBER_TEXT];
    if (preprocess->kind != LLR_PREPROCESS_PCA)
        llr_text_add(out, "%s", llr_preprocess_name(preprocess->kind));
    else if (preprocess->components)
        llr_text_add(out, "{pca: {components: %lld}}", (long long)preprocess->components);
    else
        llr_text_add(out, "{pca: {variance: %s}}", llr_number_text(preprocess->variance, number));
}
