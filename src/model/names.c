/* The words of problem.md for the choices of a job. */
#include "model/job.h"

static const char *const rule_names[LLR_RULE_COUNT] = {
    [LLR_RULE_EXPONENT] = "exponent",
    [LLR_RULE_RATIO] = "ratio",
    [LLR_RULE_UNIFORM] = "uniform",
    [LLR_RULE_INVERSE_PRIOR] = "inverse_prior",
    [LLR_RULE_PAPER] = "paper",
    [LLR_RULE_THUMB] = "thumb",
    [LLR_RULE_THEORY] = "theory",
    [LLR_RULE_BALANCED_SUBSAMPLE] = "balanced_subsample",
    [LLR_RULE_AVERAGED_BALANCED] = "averaged_balanced"};
static const char *const loss_names[LLR_LOSS_COUNT] = {
    [LLR_LOSS_SQUARE] = "square", [LLR_LOSS_LOGISTIC] = "logistic"};
static const char *const select_names[LLR_SELECTS] = {[LLR_SELECT_WORST_CLASS] = "worst_class",
                                                      [LLR_SELECT_WORST_GROUP] = "worst_group",
                                                      [LLR_SELECT_BALANCED] = "balanced",
                                                      [LLR_SELECT_OVERALL] = "overall"};
static const char *const preprocess_names[LLR_PREPROCESSES] = {[LLR_PREPROCESS_NONE] = "none",
                                                               [LLR_PREPROCESS_ZSCORE] = "zscore",
                                                               [LLR_PREPROCESS_PCA] = "pca"};
static const char *const by_names[LLR_BYS] = {[LLR_BY_CLASS] = "class", [LLR_BY_GROUP] = "group"};
static const char *const sampling_names[LLR_SAMPLINGS] = {
    [LLR_SAMPLING_STRATIFIED] = "stratified", [LLR_SAMPLING_UNIFORM] = "uniform"};
static const char *const form_names[LLR_FORMS] = {[LLR_FORM_NONE] = "none",
                                                  [LLR_FORM_AUTO] = "auto",
                                                  [LLR_FORM_SPECTRAL] = "spectral",
                                                  [LLR_FORM_GENERAL] = "general"};

const char *llr_rule_name(llr_rule_t rule)
{
    return rule < LLR_RULE_COUNT ? rule_names[rule] : "unknown";
}

const char *llr_loss_name(llr_loss_t loss)
{
    return loss < LLR_LOSS_COUNT ? loss_names[loss] : "unknown";
}

const char *llr_select_name(llr_select_t select)
{
    return select < LLR_SELECTS ? select_names[select] : "unknown";
}

const char *llr_preprocess_name(llr_preprocess_t preprocess)
{
    return preprocess < LLR_PREPROCESSES ? preprocess_names[preprocess] : "unknown";
}

const char *llr_by_name(llr_by_t by)
{
    return by < LLR_BYS ? by_names[by] : "unknown";
}

const char *llr_sampling_name(llr_sampling_t sampling)
{
    return sampling < LLR_SAMPLINGS ? sampling_names[sampling] : "unknown";
}

const char *llr_form_name(llr_form_t form)
{
    return form < LLR_FORMS ? form_names[form] : "unknown";
}
